using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Keys;

public sealed class TemplateChangeTests : IDisposable
{
    static readonly string[] Templates =
        ["nk_{env}_{id:8}_{secret:32}", "nk_{env}_{hex:64}", "ak-{uuid}{secret:32}", "sk_{env}_{secret:32}"];

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Key_of_every_template_works_on_after_the_template_changed_and_the_product_restarted()
    {
        DatabaseTemplate.CopyWithOwner(folder);
        var minted = new List<(string Raw, string Id)>();
        foreach (var template in Templates)
        {
            await using var product = new Product(folder).With("Keys:Template", template);
            using var owner = await ApiClient.SignInAsync(product);
            minted.Add(await owner.CreateKeyAsync(new { name = template, environment = "test" }));
            foreach (var (raw, id) in minted)
            {
                var answer = await owner.GetAsync("/v1/capabilities", ("X-API-Key", raw));
                Assert.Equal((200, id), (answer.Status, answer.Member("key_id")));
            }
        }
    }
}
