using Microsoft.AspNetCore.Components;

namespace Dashboard.Shell;

/// <summary>What the project menu does beyond leading somewhere. Cascaded beside <see cref="ShellModel"/>, which has to be plain data.</summary>
public sealed record ShellActions(EventCallback NewProject, EventCallback ChangeProject, EventCallback DeleteProject);
