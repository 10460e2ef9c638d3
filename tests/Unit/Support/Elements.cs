using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace Dashboard.Tests.Unit.Support;

/// <summary>Finds elements the way a user of a screen reader does, by role and name, or by test id where neither tells them apart. This is
/// the only place that knows how either is written in HTML. A dialog that is closed is not there.</summary>
static class Elements
{
    /// <summary>The one element of a role, and of an accessible name where one is given.</summary>
    public static IElement ByRole<T>(this IRenderedComponent<T> page, string role, string? name = null)
        where T : IComponent => One(All(page), role, name);

    /// <inheritdoc cref="ByRole{T}" />
    public static IElement ByRole(this IElement parent, string role, string? name = null) => One(All(parent), role, name);

    /// <summary>All elements of a role, and of an accessible name where one is given, in the order of the document.</summary>
    public static IReadOnlyList<IElement> AllByRole<T>(this IRenderedComponent<T> page, string role, string? name = null)
        where T : IComponent => [.. All(page).Where(x => Matches(x, role, name))];

    /// <inheritdoc cref="AllByRole{T}" />
    public static IReadOnlyList<IElement> AllByRole(this IElement parent, string role, string? name = null) =>
        [.. All(parent).Where(x => Matches(x, role, name))];

    /// <summary>Waits until there is an element of a role.</summary>
    public static IElement WaitForRole<T>(this IRenderedComponent<T> page, string role, string? name = null)
        where T : IComponent
    {
        page.WaitForState(() => page.AllByRole(role, name).Count > 0);
        return page.ByRole(role, name);
    }

    /// <summary>The one form control of a label.</summary>
    public static IElement ByLabel<T>(this IRenderedComponent<T> page, string label)
        where T : IComponent => Labelled(All(page), label);

    /// <inheritdoc cref="ByLabel{T}" />
    public static IElement ByLabel(this IElement parent, string label) => Labelled(All(parent), label);

    /// <summary>The one element of a test id.</summary>
    public static IElement ByTestId<T>(this IRenderedComponent<T> page, string id)
        where T : IComponent => Assert.Single(page.AllByTestId(id));

    /// <summary>All elements of a test id.</summary>
    public static IReadOnlyList<IElement> AllByTestId<T>(this IRenderedComponent<T> page, string id)
        where T : IComponent => [.. All(page).Where(x => x.GetAttribute("data-testid") == id)];

    /// <inheritdoc cref="AllByTestId{T}" />
    public static IReadOnlyList<IElement> AllByTestId(this IElement parent, string id) =>
        [.. All(parent).Where(x => x.GetAttribute("data-testid") == id)];

    /// <summary>The cells of a table's column, by its header.</summary>
    public static IReadOnlyList<IElement> CellsOf<T>(this IRenderedComponent<T> page, string column)
        where T : IComponent
    {
        var table = page.ByRole("table");
        var index = table.AllByRole("columnheader").Select(NameOf).ToList().IndexOf(column);
        Assert.True(index >= 0, $"no column {column}");
        return [.. table.AllByRole("row").Skip(1).Select(row => row.AllByRole("cell")[index])];
    }

    /// <summary>What a screen reader adds to an element's name, such as the reason why a button does nothing.</summary>
    public static string DescriptionOf(this IElement element) => Texts(element, "aria-describedby");

    /// <summary>The accessible name.</summary>
    public static string NameOf(this IElement element)
    {
        if (element.GetAttribute("aria-label") is { } label)
        {
            return label;
        }

        if (element.HasAttribute("aria-labelledby"))
        {
            return Texts(element, "aria-labelledby");
        }

        return element.LocalName switch
        {
            "input" or "select" or "textarea" => LabelOf(element) is { } own ? TextOf(own) : "",
            "fieldset" => TextOf(element.QuerySelector("legend")),
            "table" => TextOf(element.QuerySelector("caption")),
            "th" when element.QuerySelector("button") is { } button => TextOf(button),
            _ => TextOf(element),
        };
    }

    static IElement One(IEnumerable<IElement> all, string role, string? name)
    {
        var ofRole = all.Where(x => Matches(x, role, null)).ToList();
        var found = ofRole.Where(x => name is null || NameOf(x) == name).ToList();
        Assert.True(found.Count == 1, $"{found.Count} elements of role {role} named {name ?? "anything"}; there are: {string.Join(", ", ofRole.Select(x => $"“{NameOf(x)}”"))}");
        return found[0];
    }

    static IElement Labelled(IEnumerable<IElement> all, string label)
    {
        var controls = all.Where(x => x.LocalName is "input" or "select" or "textarea" && x.GetAttribute("type") != "hidden").ToList();
        var found = controls.Where(x => NameOf(x) == label).ToList();
        Assert.True(found.Count == 1,
            $"{found.Count} controls labelled {label}; there are: {string.Join(", ", controls.Select(x => $"“{NameOf(x)}”"))}");
        return found[0];
    }

    static bool Matches(IElement element, string role, string? name) =>
        RoleOf(element) == role && !(element.LocalName == "dialog" && element.Children.Length == 0)
            && (name is null || NameOf(element) == name);

    // A dialog that destroys gets its role from ui.js, which no unit test runs.
    static string? RoleOf(IElement element) => element.GetAttribute("role") is { } role
        ? role == "dialog" && element.QuerySelector("[data-alert]") is not null ? "alertdialog" : role
        : RoleOfElement(element);

    static string? RoleOfElement(IElement element) => element.LocalName switch
    {
        "a" when element.HasAttribute("href") => "link",
        "button" => "button",
        "h1" or "h2" or "h3" or "h4" => "heading",
        "input" => element.GetAttribute("type") switch
        {
            "checkbox" => "checkbox",
            "radio" => "radio",
            "search" => "searchbox",
            null or "text" or "email" or "url" => "textbox",
            _ => null,
        },
        "textarea" => "textbox",
        "select" => "combobox",
        "ul" or "ol" => "list",
        "li" => "listitem",
        "fieldset" => "group",
        "nav" => "navigation",
        "td" => "cell",
        "th" => "columnheader",
        "tr" => "row",
        "dt" => "term",
        var same and ("article" or "code" or "dialog" or "form" or "main" or "mark" or "option" or "table" or "time") => same,
        _ => null,
    };

    static IElement? LabelOf(IElement control) =>
        All(Root(control)).FirstOrDefault(x => x.LocalName == "label" && control.Id is { Length: > 0 } id && x.GetAttribute("for") == id)
        ?? Ancestors(control).FirstOrDefault(x => x.LocalName == "label");

    static string Texts(IElement element, string attribute)
    {
        var ids = (element.GetAttribute(attribute) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(
            ' ', ids.Select(id => TextOf(All(Root(element)).FirstOrDefault(x => x.Id == id))).Where(text => text.Length > 0));
    }

    /// <summary>The text that is shown, without what appears only after copying.</summary>
    static string TextOf(INode? node) => string.Join(' ', RawText(node).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    static string RawText(INode? node) => node switch
    {
        null => "",
        IText text => text.Data,
        IElement element when element.GetAttribute("aria-hidden") == "true" || element.ClassList.Contains("when-copied") => "",
        _ => string.Concat(node.ChildNodes.Select(RawText)),
    };

    static IEnumerable<IElement> All<T>(IRenderedComponent<T> page)
        where T : IComponent => page.FindAll("*");

    static IEnumerable<IElement> All(IElement parent) => parent.QuerySelectorAll("*");

    static IElement Root(IElement element) => Ancestors(element).LastOrDefault() ?? element;

    static IEnumerable<IElement> Ancestors(IElement element)
    {
        for (var parent = element.ParentElement; parent is not null; parent = parent.ParentElement)
        {
            yield return parent;
        }
    }
}
