using Microsoft.AspNetCore.Components;

namespace Dashboard.Shell;

/// <summary>The actions of the project menu. They are cascaded separately from <see cref="ShellModel"/>, which has to be
/// serializable.</summary>
public sealed record ShellActions(EventCallback NewProject, EventCallback ChangeProject, EventCallback DeleteProject);
