using Dashboard.Core.Keys;

namespace Dashboard.Api;

/// <summary>A user, service account or app that owns something or did something.</summary>
sealed class PartyAnswer
{
    readonly Party party;

    internal PartyAnswer(Party party) => this.party = party;

    [Field("The type.", Words = ["user", "service_account", "app"])]
    public PartyType Type => party.Type;

    [Field("The identifier.", Example = "\"0199aa50-6a1c-7b1e-9d3e-0f5b8a3c2d11\"")]
    public string Id => party.Id;

    [Field("The display name.", Example = "\"Ada Lovelace\"")]
    public string Name => party.Name;
}
