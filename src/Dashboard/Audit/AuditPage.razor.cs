using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Audit;
using Dashboard.Core.Keys;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Audit;

/// <summary>The audit log of an organization.</summary>
public sealed partial class AuditPage : IDisposable
{
    static readonly SelectOption<bool?>[] outcomes =
        [new(null, "Any outcome"), new(true, AuditText.Outcome(true)), new(false, AuditText.Outcome(false))];

    readonly PagedListState<AuditPageState, AuditPageModel> list;
    SearchField? searchField;
    AuditRecord? opened;
    AuditVerification? verified;
    TimeSpan took;
    string? notFound;
    bool verifying;
    bool filtering;

    public AuditPage() => list = new(ReadAsync, () => Navigation);

    [Parameter] public string Organization { get; set; } = "";

    [SupplyParameterFromQuery(Name = "category")] public string? Category { get; set; }

    [SupplyParameterFromQuery(Name = "actor")] public string? ActorInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "target")] public string? TargetInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "outcome")] public string? Outcome { get; set; }

    [SupplyParameterFromQuery(Name = "network")] public string? Network { get; set; }

    [SupplyParameterFromQuery(Name = "period")] public string? Period { get; set; }

    [SupplyParameterFromQuery(Name = "from")] public string? From { get; set; }

    [SupplyParameterFromQuery(Name = "to")] public string? To { get; set; }

    /// <summary>Handed from the prerendered page to its circuit. Never contains a secret.</summary>
    [PersistentState] public AuditPageModel? Kept { get => list.Kept; set => list.Kept = value; }

    public AuditPageModel? View => list.Page;

    [Inject] AuditPageQuery Reader { get; set; } = null!;

    [Inject] AuditLogService Audit { get; set; } = null!;

    [Inject] KeyService Keys { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    AuditFilter Filter => list.Chosen!.Filter;

    string Target => list.Search.Length > 0 ? list.Search : Filter.Target ?? "";

    /// <summary>The actors to choose from, with the one that is chosen.</summary>
    IReadOnlyList<SelectOption<string>> ActorOptions
    {
        get
        {
            List<SelectOption<string>> options =
                [new("", "Anyone"), .. View!.Actors.Select(actor => new SelectOption<string>(actor.Id, actor.Name))];
            if (Filter.Actor is { } chosen && options.TrueForAll(option => option.Value != chosen))
            {
                options.Add(new(chosen, opened?.Actor.Id == chosen ? AuditText.NameOf(opened.Actor) : chosen));
            }

            return options;
        }
    }

    /// <summary>The periods, and the dates that are chosen elsewhere.</summary>
    IReadOnlyList<SelectOption<AuditPeriod>> PeriodOptions =>
    [
        new(AuditPeriod.Any, "Any time"), .. AuditFilter.Periods.Select(
            period => new SelectOption<AuditPeriod>(period.Period, period.Text)),
        .. Filter.Period == AuditPeriod.Dates ? new[] { new SelectOption<AuditPeriod>(AuditPeriod.Dates, "Chosen dates") } : [],
    ];

    /// <summary>The filters that no other control of the page shows, each with the filter without it.</summary>
    List<(string Words, AuditFilter Without)> Chips
    {
        get
        {
            List<(string Words, AuditFilter Without)> chips = [];
            if (Filter.Network is { } network)
            {
                chips.Add(($"From {network}", Filter with { Network = null }));
            }

            if (Filter.From is { } from)
            {
                chips.Add(($"Since {AuditFilterDialog.InWords(from)}", WithDates(Filter, null, Filter.To)));
            }

            if (Filter.To is { } to)
            {
                chips.Add(($"Until {AuditFilterDialog.InWords(to)}", WithDates(Filter, Filter.From, null)));
            }

            return chips;
        }
    }

    public void Dispose() => list.Dispose();

    static string? Given(string? choice) => string.IsNullOrEmpty(choice) ? null : choice;

    internal static AuditFilter WithDates(AuditFilter filter, DateOnly? from, DateOnly? to) => filter with
    {
        From = from,
        To = to,
        Period = from is not null || to is not null ? AuditPeriod.Dates : filter.Period == AuditPeriod.Dates
            ? AuditPeriod.Any : filter.Period,
    };

    protected override async Task OnParametersSetAsync()
    {
        var asked = new AuditPageState(
            Organization, AuditFilter.Read(Category, ActorInAddress, TargetInAddress, Outcome, Network, Period, From, To));
        if (!list.IsAt(asked))
        {
            (opened, verified, notFound) = (null, null, null); // they belong to another organization
        }

        await list.OpenAsync(asked, Address);
    }

    async Task<Result<AuditPageModel>> ReadAsync(AuditPageState state, string search, CancellationToken cancellationToken) =>
        await User.ActorAsync() is { } actor ? await Reader.ReadAsync(actor, state, search, cancellationToken) : Error.SessionRequired;

    Task ShowAsync(AuditFilter filter) => list.ShowAsync(list.Chosen! with { Filter = filter });

    Task ChooseAsync(AuditFilter filter, string from) => list.ChooseAsync(list.Chosen! with { Filter = filter }, from);

    Task ShowPeriodAsync(AuditPeriod period) => ChooseAsync(Filter with { Period = period, From = null, To = null }, nameof(Period));

    Task ShowSizeAsync(int size) => list.ShowAsync(list.Chosen! with { Size = size });

    Task ClearAsync() => list.ClearAsync(list.Chosen! with { Filter = AuditFilter.None });

    Task FilterAsync(AuditFilter filter)
    {
        filtering = false;
        return ShowAsync(filter);
    }

    /// <summary>Shows only rows like one that is open.</summary>
    Task ShowOnlyAsync(AuditFilter filter)
    {
        opened = null;
        return list.ClearAsync(list.Chosen! with { Filter = filter });
    }

    /// <summary>Finds the rows about a target. A whole key is looked up, and then its identifier is searched for.</summary>
    async Task SearchAsync(string text)
    {
        notFound = null;
        if (!await Keys.LooksLikeKeyAsync(text, list.Closed))
        {
            await list.ShowAsync(list.Chosen! with { Filter = Filter with { Target = null } }, text);
            return;
        }

        searchField?.Clear(); // before the key can be shown or sent again
        var found = await Runner.RunAsync(actor => Keys.WhichAsync(actor, text, list.Closed));
        if (found.Succeeded)
        {
            await list.ClearAsync(list.Chosen! with { Filter = Filter with { Target = found.Value.KeyId } });
        }
        else
        {
            notFound = found.Error!.Errors?.Values.FirstOrDefault() ?? found.Error.Detail;
        }
    }

    async Task OpenAsync(string id)
    {
        var read = await Runner.RunAsync(actor => Audit.GetAsync(actor, View!.Organization.Slug, id, list.Closed));
        if (read.Succeeded)
        {
            opened = read.Value;
        }
        else if (read.Error!.Code != ErrorCode.SessionRequired)
        {
            Snackbars.ShowError("Could not open the row", read.Error.Code == ErrorCode.NotFound
                ? "It is not stored. It was removed or pruned." : read.Error.Detail);
        }
    }

    /// <summary>The identifier of the row before or after the one that is open, on this page.</summary>
    string? Beside(int step) =>
        opened is { } row && View!.Items.Index().Where(x => x.Item.Id == row.Id).Select(x => (int?)x.Index).FirstOrDefault() is { } index
            ? View.Items.ElementAtOrDefault(index + step)?.Id : null;

    async Task<Error?> VerifyAsync(string? head)
    {
        var since = Time.GetTimestamp();
        var outcome = await Runner.RunAsync(actor => Audit.VerifyAsync(actor, View!.Organization.Slug, head, list.Closed));
        if (outcome.Error is { } fault)
        {
            return fault.Code == ErrorCode.SessionRequired ? null : fault; // shown by a prompt of its own
        }

        (verified, took, verifying) = (outcome.Value, Time.GetElapsedTime(since), false);
        StateHasChanged(); // the dialog asked, not the page
        return null;
    }

    string ExportAddress(string format) =>
        $"/api/audit/export?{(Target.Length == 0 ? Filter : Filter with { Target = Target }).ToExportQuery(View!.Organization.Slug, format, View.At)}";
}
