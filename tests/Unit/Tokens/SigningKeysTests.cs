using System.Text;
using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Tokens;
using Dashboard.Core.Verification;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Dashboard.Tests.Unit.Tokens;

/// <summary>Which key signs, and which keys are published.</summary>
[EveryDatabase]
public sealed class SigningKeysTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_that_start_at_once_agree_on_one_key()
    {
        var nodes = Enumerable.Range(0, 4).Select(_ => world.Run()).ToList();
        var published = await Task.WhenAll(nodes.Select(node => Task.Run(() => node.Get<SigningKeys>().PublishedAsync(Token), Token)));
        Assert.Single(published.SelectMany(keys => keys).Select(key => key.Kid).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Next_key_is_published_before_it_signs_and_the_old_one_until_tokens_expire()
    {
        var account = await world.AccountAsync();
        var (keys, first) = (world.Services.Get<SigningKeys>(), await KidAsync());
        world.Time.Advance(SigningKeys.Signs - SigningKeys.Lead - TimeSpan.FromMinutes(1));
        Assert.Single(await keys.PublishedAsync(Token));
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await keys.RotateAsync(Token);
        Assert.Equal(2, (await keys.PublishedAsync(Token)).Count);
        Assert.Equal(first, await KidAsync()); // the next key is published but does not sign yet
        world.Time.Advance(SigningKeys.Lead - TimeSpan.FromMinutes(1));
        var last = await world.AccountTokenAsync(account);
        Assert.Equal(first, new JsonWebToken(last).Kid);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.NotEqual(first, await KidAsync());
        world.Time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMinutes(2));
        Assert.Contains(await keys.PublishedAsync(Token), key => key.Kid == first);
        Assert.Null((await world.Services.AskAsync(last)).Refusal);
        world.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.DoesNotContain(await keys.PublishedAsync(Token), key => key.Kid == first);

        async Task<string> KidAsync() => new JsonWebToken(await world.AccountTokenAsync(account)).Kid;
    }

    [Fact]
    public async Task New_signing_key_of_another_node_is_found_for_its_first_token()
    {
        var elsewhere = world.Run();
        await elsewhere.ReadFeedAsync();
        Assert.Empty(await elsewhere.Get<PublishedKeys>().AllAsync(Token)); // and caches the empty result
        var token = await world.AccountTokenAsync(await world.AccountAsync());
        Assert.Null((await elsewhere.Get<Verifier>().VerifyAsync(
            CredentialReader.Read(new Microsoft.AspNetCore.Http.HeaderDictionary { ["Authorization"] = $"Bearer {token}" },
                acceptBearer: true), AccessRequirement.None, null, Token)).Refusal);
    }

    [Fact]
    public async Task Private_key_is_stored_encrypted_and_replaced_if_unreadable()
    {
        var account = await world.AccountAsync();
        var before = await world.AccountTokenAsync(account);
        await using (var context = world.Open())
        {
            var stored = await context.SigningKeys.SingleAsync(Token);
            var bytes = Convert.FromBase64String(stored.ProtectedKey);
            // the curve's OID in PKCS #8
            Assert.DoesNotContain("\u0006\b*\u0086H\u00ce=\u0003\u0001\a", Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
        }

        world.Sql("UPDATE OAuthSigningKeys SET ProtectedKey = 'AAAA'");
        var node = world.Run();
        var outcome =
            await node.IssueAsync(("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", account.Secret));
        Assert.NotEqual(new JsonWebToken(before).Kid, new JsonWebToken(outcome.Value.AccessToken.Reveal()).Kid);
        Assert.Null((await node.AskAsync(before)).Refusal);
        Assert.Null((await node.AskAsync(outcome.Value.AccessToken.Reveal())).Refusal);
    }

    [Fact]
    public async Task Retired_keys_end_every_token_they_signed_on_every_node()
    {
        var (account, other) = (await world.AccountAsync(), world.Run());
        var (client, tokens) = await world.Services.ConsentAsync(world.Developer);
        string[] before = [await world.AccountTokenAsync(account), tokens.AccessToken.Reveal()];
        foreach (var token in before)
        {
            Assert.Null((await world.Services.AskAsync(token)).Refusal);
            Assert.Null((await other.AskAsync(token)).Refusal); // and holds it
        }

        world.Time.Advance(SigningKeys.Signs - SigningKeys.Lead); // the next key is published
        await world.Services.Get<SigningKeys>().RotateAsync(Token);
        before = [.. before, await world.AccountTokenAsync(account)];
        Assert.Null((await other.AskAsync(before[^1])).Refusal);
        var published = (await world.Services.Get<SigningKeys>().PublishedAsync(Token)).Select(key => key.Kid);

        // A process of its own: the command
        var (retired, created) = await world.Run().Get<SigningKeys>().RetireAllAsync(Token);
        Assert.Equal(published.Order(StringComparer.Ordinal), retired.Order(StringComparer.Ordinal));
        foreach (var node in new[] { world.Services, other })
        {
            await node.ReadFeedAsync();
            Assert.Equal([created], (await node.Get<SigningKeys>().PublishedAsync(Token)).Select(key => key.Kid));
            Assert.Equal(RefusalCode.InvalidToken, (await node.AskAsync(before[^1])).Refusal);
        }

        var next = await world.AccountTokenAsync(account);
        Assert.Equal(created, new JsonWebToken(next).Kid);
        Assert.Null((await other.AskAsync(next)).Refusal);
        await using var context = world.Open();
        Assert.Equal(2, await context.AuditEntries.CountAsync(entry => entry.Action == "signing_key.retired", Token));
    }

    [Fact]
    public async Task Next_key_lets_no_held_token_be_read_again()
    {
        var token = await world.AccountTokenAsync(await world.AccountAsync());
        var commands = new SentCommands();
        var node = world.Run(commands);
        Assert.Null((await node.AskAsync(token)).Refusal);
        await world.Services.Work.AnnounceBehindAsync(
            (_, _) => Task.FromResult<IReadOnlyList<FeedSubject>>([new(FeedSubject.SigningKey, "another")]), Token);
        await node.ReadFeedAsync();
        Assert.NotEmpty(await node.Get<PublishedKeys>().AllAsync(Token)); // reads all of them
        commands.Forget();
        var credential = CredentialReader.Read(
            new Microsoft.AspNetCore.Http.HeaderDictionary { ["Authorization"] = $"Bearer {token}" }, acceptBearer: true);
        Assert.Null((await node.Get<Verifier>().VerifyAsync(credential, AccessRequirement.None, null, Token)).Refusal);
        Assert.Empty(commands.Sent);

        world.Sql("DELETE FROM FeedEntries; UPDATE FeedCounter SET Number = 0; DELETE FROM OAuthSigningKeys"); // an old backup
        await node.ReadFeedAsync();
        Assert.Equal(
            RefusalCode.InvalidToken, (await node.Get<Verifier>().VerifyAsync(credential, AccessRequirement.None, null, Token)).Refusal);
    }

    [Fact]
    public async Task Refresh_token_leads_to_a_token_of_the_new_key()
    {
        var (client, tokens) = await world.Services.ConsentAsync(world.Developer);
        var (_, created) = await world.Services.Get<SigningKeys>().RetireAllAsync(Token);
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(tokens.AccessToken.Reveal())).Refusal);
        var refreshed = (await world.Services.RefreshAsync(client, tokens.RefreshToken!.Reveal())).Value.AccessToken.Reveal();
        Assert.Equal(created, new JsonWebToken(refreshed).Kid);
        Assert.Null((await world.Services.AskAsync(refreshed)).Refusal);
    }

    [Fact]
    public async Task Node_whose_key_was_retired_meanwhile_signs_with_the_new_one()
    {
        var (account, other) = (await world.AccountAsync(), world.Run());
        Assert.NotEmpty(await other.Get<SigningKeys>().PublishedAsync(Token)); // has not opened it yet
        var (_, created) = await world.Services.Get<SigningKeys>().RetireAllAsync(Token);
        var issued = await other.IssueAsync(
            ("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", account.Secret));
        Assert.Equal(created, new JsonWebToken(issued.Value.AccessToken.Reveal()).Kid);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
