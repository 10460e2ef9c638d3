using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Hosting;

/// <summary>Forms of pages, which anybody may send.</summary>
[Collection(typeof(TenantsCollection))]
public sealed class FormTests(Tenants tenants)
{
    const int Limit = 128 * 1024;

    [Theory]
    [InlineData("/account/sign-in", Limit + 1, true, 413)]
    [InlineData("/account/sign-in", Limit + 1, false, 413)]
    [InlineData("/account/sign-in", Limit, true, 303)] // without the page's token
    [InlineData("/account/sign-in", Limit, false, 303)]
    [InlineData("/setup", Limit + 1, true, 413)]
    [InlineData("/account/sign-out", Limit + 1, false, 413)]
    public async Task Form_past_the_limit_is_refused_with_an_answer(string path, int length, bool announced, int status)
    {
        var form = Encoding.ASCII.GetBytes("x=" + new string('y', length - 2));
        using HttpContent content = announced ? new ByteArrayContent(form) : new StreamContent(new Unannounced(form));
        content.Headers.ContentType = new("application/x-www-form-urlencoded");
        using var client = Client();
        using var answer = await client.PostAsync(path, content, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("/account/sign-in")]
    [InlineData("/setup")]
    [InlineData("/account/sign-out")]
    public async Task Multipart_form_is_refused(string path)
    {
        using var content = new MultipartFormDataContent { { new StringContent("x"), "email" } };
        using var client = Client();
        using var answer = await client.PostAsync(path, content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Theory]
    [InlineData("/forward-auth", 401)]
    [InlineData("/v1/self-revoke", 401)]
    [InlineData("/nowhere", 404)]
    public async Task Endpoint_that_reads_no_body_keeps_the_connection_whatever_is_sent(string path, int status)
    {
        var connections = 0;
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                connections++;
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = tenants.Product.Url };
        for (var i = 0; i < 2; i++)
        {
            using var content = new ByteArrayContent(new byte[32 * 1024 * 1024]); // more than the server takes by default
            using var answer = await client.PostAsync(path, content, TestContext.Current.CancellationToken);
            Assert.Equal(status, (int)answer.StatusCode);
        }

        Assert.Equal(1, connections);
    }

    [Fact]
    public async Task Twenty_forms_of_28_MB_at_once_take_no_memory()
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-forms-");
        try
        {
            await using var product = await ProductProcess.StartWithOwnerAsync(folder);
            var field = "&f=" + new string('y', 4_000_000);
            var form = Encoding.ASCII.GetBytes("x=y" + string.Concat(Enumerable.Repeat(field, 7)));
            using var client = new HttpClient { BaseAddress = product.Url };
            await SendAsync(client, [.. form.Take(1000)]); // what a first request loads
            var before = product.PeakMemory;
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(client, form))), status =>
                Assert.Equal(413, status));
            var growth = product.PeakMemory - before;
            Assert.True(growth < 30 * 1024 * 1024, string.Create(
                CultureInfo.InvariantCulture, $"the forms took {growth / 1024 / 1024} MB"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task<int> SendAsync(HttpClient client, byte[] form)
    {
        using var content =
            new ByteArrayContent(form) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded") } };
        using var answer = await client.PostAsync("/account/sign-in", content, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = tenants.Product.Url };

    /// <summary>Content of unknown length.</summary>
    sealed class Unannounced(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
