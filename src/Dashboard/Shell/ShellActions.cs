using Microsoft.AspNetCore.Components;

namespace Dashboard.Shell;

/// <summary>What a menu or a page asks of the shell. Cascaded separately from <see cref="ShellModel"/>, which has to be
/// serializable.</summary>
/// <param name="NewProject">Asks for a new project.</param>
/// <param name="NewOrganization">Asks for a new organization.</param>
/// <param name="Refresh">Reads the names in the head bar again, after one has changed.</param>
public sealed record ShellActions(EventCallback NewProject, EventCallback NewOrganization, EventCallback Refresh);
