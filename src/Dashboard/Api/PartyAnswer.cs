using Dashboard.Core.Keys;

namespace Dashboard.Api;

/// <summary>Somebody or something that owns or did.</summary>
sealed class PartyAnswer
{
    readonly Party party;

    internal PartyAnswer(Party party) => this.party = party;

    [Field("What kind of thing it is.", Words = ["user", "service_account", "app"])]
    public PartyType Type => party.Type;

    [Field("Its identifier.", Example = "\"0199aa50-6a1c-7b1e-9d3e-0f5b8a3c2d11\"")]
    public string Id => party.Id;

    [Field("What people call it.", Example = "\"Ada Lovelace\"")]
    public string Name => party.Name;
}
