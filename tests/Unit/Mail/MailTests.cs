using System.Net;
using Dashboard.Core.Changes;
using Dashboard.Core.Mail;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Mail;

[EveryDatabase]
public sealed class MailTests : IAsyncDisposable
{
    const string Link = "https://latchkey.example/account/reset#bC3dE5fG7hJ9";

    static readonly MailMessage Message = new("dora@example.com", "Reset your password", $"Follow {Link} to choose a new password.\n");
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    readonly TestInstallation installation = new();

    public ValueTask DisposeAsync() => installation.DisposeAsync();

    [Fact]
    public async Task Mail_waits_without_a_server_and_is_encrypted()
    {
        await WriteAsync();
        await DeliverAsync(installation.Services);

        var mail = Assert.Single(await ReadAsync());
        Assert.Equal(Message, mail.Message);
        Assert.DoesNotContain("bC3dE5fG7hJ9", installation.DumpBytes(), StringComparison.Ordinal);
        Assert.DoesNotContain("bC3dE5fG7hJ9", Message.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_of_a_refused_change_is_not_written()
    {
        var result = await installation.Services.Get<UnitOfWorkRunner>().RunAsync<bool>(
            installation.Owner,
            (change, _) =>
            {
                installation.Services.Get<MailOutbox>().Add(change, Message, Hour);
                return Task.FromResult<Result<bool>>(new Error(ErrorCode.Conflict, "No."));
            },
            TestContext.Current.CancellationToken);

        Assert.False(result.Succeeded);
        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task Expired_mail_is_deleted()
    {
        await WriteAsync();
        installation.Time.Advance(Hour);
        Assert.Empty(await ReadAsync());

        await DeliverAsync(installation.Services);
        await using var context = installation.Open();
        Assert.Empty(context.Outbox);
    }

    [Fact]
    public async Task Mail_goes_to_the_server_once_and_leaves_the_outbox()
    {
        await using var receiver = SmtpReceiver.Start();
        var services = installation.Run(Settings("localhost", receiver.Port));
        await WriteAsync();
        await DeliverAsync(services);
        await DeliverAsync(services);

        var text = Assert.Single(receiver.Received);
        Assert.Contains("From: Latchkey <latchkey@example.com>", text, StringComparison.Ordinal);
        Assert.Contains("To: dora@example.com", text, StringComparison.Ordinal);
        Assert.Contains("Subject: Reset your password", text, StringComparison.Ordinal);
        Assert.Contains(Link, text, StringComparison.Ordinal);
        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task Mail_is_sent_again_after_a_pause_when_the_server_is_gone()
    {
        var receiver = SmtpReceiver.Start();
        var services = installation.Run(Settings("localhost", receiver.Port));
        await receiver.DisposeAsync();
        await WriteAsync();
        await DeliverAsync(services);
        Assert.Single(await ReadAsync());

        await using var back = SmtpReceiver.Start();
        services = installation.Run(Settings("localhost", back.Port));
        await DeliverAsync(services);
        Assert.Empty(back.Received); // not before the pause

        installation.Time.Advance(MailDeliveryService.FirstPause);
        await DeliverAsync(services);
        Assert.Single(back.Received);
    }

    [Fact]
    public async Task Mail_to_a_refused_recipient_is_dropped()
    {
        await using var receiver = SmtpReceiver.Start();
        var services = installation.Run(Settings("localhost", receiver.Port));
        await WriteAsync(Message with { To = "nobody@refused.example" });
        await DeliverAsync(services);

        Assert.Empty(receiver.Received);
        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task Mail_is_not_sent_unencrypted_to_another_machine()
    {
        await using var receiver = SmtpReceiver.Start();
        var services = installation.Run(Settings(Dns.GetHostName(), receiver.Port));
        await WriteAsync();
        await DeliverAsync(services);

        Assert.Empty(receiver.Received);
        Assert.Single(await ReadAsync());
    }

    [Fact]
    public async Task Two_nodes_send_a_mail_once()
    {
        var sender = new CountingSender();
        Services Node() => installation.Run(services => services.AddSingleton<IMailSender>(sender));
        var nodes = new[] { Node(), Node(), Node() };
        await WriteAsync();
        await Task.WhenAll(nodes.Select(DeliverAsync));

        Assert.Equal(1, sender.Count);
    }

    [Theory]
    [InlineData("Mail:From", "Mail:Host", "smtp.example.com")]
    [InlineData("Mail:From", "Mail:Host", "smtp.example.com", "Mail:From", "nobody")]
    [InlineData("Mail:Password", "Mail:Host", "smtp.example.com", "Mail:From", "a@example.com", "Mail:User", "a")]
    [InlineData("Mail:User", "Mail:Host", "smtp.example.com", "Mail:From", "a@example.com", "Mail:Password", "a")]
    [InlineData("Mail:From", "Mail:From", "a@example.com")]
    [InlineData("Mail:Port", "Mail:Host", "smtp.example.com", "Mail:From", "a@example.com", "Mail:Port", "70000")]
    public void Settings_that_send_nothing_stop_the_start(string key, params string[] settings)
    {
        var configuration = TestInstallation.Configuration([.. settings.Chunk(2).Select(pair => (pair[0], (string?)pair[1]))]);
        Assert.Equal(key, Assert.Throws<SettingException>(() => SettingsBinder.Read<MailOptions>(configuration).Checked()).Key);
    }

    static (string Key, string? Value)[] Settings(string host, int port) =>
        [("Mail:Host", host), ("Mail:Port", $"{port}"), ("Mail:From", "Latchkey <latchkey@example.com>")];

    static Task DeliverAsync(Services services) => services.Get<MailDeliveryService>().DeliverAsync(TestContext.Current.CancellationToken);

    Task<IReadOnlyList<WaitingMail>> ReadAsync() =>
        installation.Services.Get<MailOutbox>().ReadAsync(TestContext.Current.CancellationToken);

    async Task WriteAsync(MailMessage? message = null)
    {
        var result = await installation.Services.Get<UnitOfWorkRunner>().RunAsync<bool>(
            installation.Owner,
            (change, _) =>
            {
                installation.Services.Get<MailOutbox>().Add(change, message ?? Message, Hour);
                change.Record(AuditChain.Installation, new(
                    AuditCategory.Auth, "test", new(FeedSubject.User, installation.Owner.Id, installation.Owner.Name)));
                return Task.FromResult<Result<bool>>(true);
            },
            TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded);
    }

    sealed class CountingSender : IMailSender
    {
        int count;

        public int Count => count;

        public bool IsConfigured => true;

        public Task SendAsync(MailMessage message, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref count);
            return Task.CompletedTask;
        }
    }
}
