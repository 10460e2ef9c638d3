using Bunit;
using Dashboard.Components;
using Dashboard.Core.Accounts;
using Dashboard.OAuth;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.OAuth;

public sealed class PresenceFieldTests : BunitContext
{
    public PresenceFieldTests()
    {
        Services.AddComponents();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Theory]
    [InlineData("Your password", "wrong", null, null)]
    [InlineData("Or a code", "filled in by the browser", "123456", null)]
    [InlineData(null, "filled in by the browser", "", "{}")]
    public void Error_is_told_beside_what_was_sent(string? label, string password, string? code, string? passkey)
    {
        var field = Render<PresenceField>(parameters => parameters
            .Add(x => x.Question, new PresenceQuestion(TakesCode: true, new PasskeyChallenge("{}", "state")))
            .Add(x => x.Input, new Posted { Password = password, Code = code, Passkey = passkey, Challenge = "state" })
            .Add(x => x.Fault, new Error(ErrorCode.InvalidCredentials, "Wrong one.")));
        foreach (var each in new[] { "Your password", "Or a code" })
        {
            Assert.Equal(each == label, field.ByLabel(each).GetAttribute("aria-invalid") == "true");
        }

        Assert.Equal(label is null, field.AllByRole("alert").Any(alert => alert.TextContent == "Wrong one.")); // beside the button
        Assert.Equal(1, field.Markup.Split("Wrong one.").Length - 1);
    }

    [Theory]
    [InlineData(false, "Enter your password.")]
    [InlineData(true, "Enter your password or a code.")]
    public void Empty_form_is_answered_with_what_it_asks_for(bool takesCode, string text)
    {
        var field = Render<PresenceField>(parameters => parameters
            .Add(x => x.Question, new PresenceQuestion(takesCode, Passkey: null))
            .Add(x => x.Input, new Posted { Password = "", Code = takesCode ? "" : null })
            .Add(x => x.Fault, Error.Invalid("password", "Enter your password.")));
        Assert.Equal(text, field.ByLabel("Your password").DescriptionOf());
    }

    sealed class Posted : PresenceInput;
}
