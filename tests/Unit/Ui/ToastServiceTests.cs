using Dashboard.Ui;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Dashboard.Tests.Unit.Ui;

public sealed class ToastServiceTests : IDisposable
{
    readonly FakeTimeProvider clock = new(new(2026, 11, 21, 14, 7, 0, TimeSpan.Zero));
    readonly ToastService toasts;

    public ToastServiceTests() => toasts = new(clock);

    public void Dispose() => toasts.Dispose();

    [Fact]
    public void Toast_leaves_by_itself()
    {
        var changes = 0;
        toasts.Changed += (_, _) => changes++;
        toasts.Show("Name saved");
        clock.Advance(TimeSpan.FromSeconds(5.9));
        Assert.Equal("Name saved", Assert.Single(toasts.Items).Text);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Empty(toasts.Items);
        Assert.Equal(2, changes);
    }

    [Fact]
    public void Toast_that_can_be_undone_stays_longer()
    {
        toasts.ShowUndo("Disabled", () => Task.CompletedTask);
        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("Undo", Assert.Single(toasts.Items).ActionText);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(toasts.Items);
    }

    [Fact]
    public void Failure_stays_until_it_is_dismissed()
    {
        toasts.ShowError("Could not enable", "Ten keys are active already.");
        clock.Advance(TimeSpan.FromHours(1));
        toasts.Dismiss(Assert.Single(toasts.Items));
        Assert.Empty(toasts.Items);
    }

    [Fact]
    public void Toast_waits_while_it_is_read_and_gets_its_whole_time_afterwards()
    {
        toasts.Show("Name saved");
        toasts.Hold(true);
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Single(toasts.Items);
        toasts.Hold(false);
        clock.Advance(TimeSpan.FromSeconds(5.9));
        Assert.Single(toasts.Items);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Empty(toasts.Items);
    }

    [Fact]
    public void Failure_has_no_time_to_run_out_after_it_was_read()
    {
        toasts.ShowError("Could not enable");
        toasts.Hold(true);
        toasts.Hold(false);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Single(toasts.Items);
    }

    [Fact]
    public void Fourth_toast_takes_the_oldest_ones_place()
    {
        foreach (var name in (string[])["one", "two", "three", "four"])
        {
            toasts.Show(name);
        }

        Assert.Equal(["two", "three", "four"], toasts.Items.Select(toast => toast.Text));
    }
}
