using Dashboard.Components;
using Dashboard.Core.Keys;

namespace Dashboard.Keys;

/// <summary>The reason that a person gives in the question before a revocation.</summary>
public sealed class RevocationReasonInput
{
    /// <summary>The choice of <see cref="Text"/>.</summary>
    public const string Other = "other";

    static readonly Dictionary<string, string> words = new(StringComparer.Ordinal)
    {
        [RevocationReasons.KeyCompromise] = "Somebody else may have it",
        [RevocationReasons.Superseded] = "Replaced by another key",
        [RevocationReasons.CessationOfOperation] = "No longer needed",
        [RevocationReasons.PrivilegeWithdrawn] = "Access withdrawn",
        [RevocationReasons.AffiliationChanged] = "Its owner has another task",
        ["approval_rejected"] = "An admin rejected it",
        ["app_unpublished"] = "Its app was unpublished",
        ["organization_deleted"] = "Its organization was deleted",
        ["project_deleted"] = "Its project was deleted",
        ["resource_deleted"] = "Its last resource was deleted",
        ["self_revoke"] = "By a holder of the key",
        ["service_account_deleted"] = "Its service account was deleted",
    };

    /// <summary>The reasons to choose from.</summary>
    public static IReadOnlyList<SelectOption<string>> Options { get; } =
        [new("", "No reason given"), .. RevocationReasons.All.Select(reason => new SelectOption<string>(reason, words[reason])), new(
            Other, "Another reason…")];

    /// <summary>The chosen reason; empty for none.</summary>
    public string Chosen { get; set; } = "";

    /// <summary>The text of another reason.</summary>
    public string Text { get; set; } = "";

    /// <summary>The reason as it is stored; null for none.</summary>
    public string? Value => Chosen switch
    {
        "" => null,
        Other => string.IsNullOrWhiteSpace(Text) ? null : KeyLimitInput.Note(Text),
        _ => Chosen,
    };

    /// <summary>A stored reason in words.</summary>
    public static string InWords(string reason) => words.GetValueOrDefault(reason, reason);
}
