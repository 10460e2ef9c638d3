namespace Dashboard.Shared;

/// <summary>A text to paste, with places for what is shown once. No secret is in it.</summary>
/// <param name="Title">What people call its language.</param>
/// <param name="Parts">The text in its order.</param>
public sealed record Snippet(string Title, IReadOnlyList<SnippetPart> Parts)
{
    /// <summary>A text with a place for the one value between <paramref name="before"/> and <paramref name="after"/>.</summary>
    public Snippet(string title, string before, string after)
        : this(title, [new(before), new(0), new(after)])
    {
    }

    /// <summary>One for each way people begin with: the key where a program looks for it, and a first request to who-am-I at <paramref name="host"/>.</summary>
    /// <param name="host">Where this page is, with its last slash.</param>
    public static IReadOnlyList<Snippet> For(string host)
    {
        var address = $"{host}v1/capabilities";
        return
        [
            new(".env", "LATCHKEY_API_KEY=", ""),
            new("curl", $"curl {address} \\\n  -H \"X-API-Key: ", "\""),
            new("Python", $$"""
                import requests

                answer = requests.get(
                    "{{address}}",
                    headers={"X-API-Key": "
                """, """
                "},
                )
                print(answer.json())
                """),
            new("JavaScript", $$"""
                const answer = await fetch("{{address}}", {
                  headers: { "X-API-Key": "
                """, """
                " },
                });
                console.log(await answer.json());
                """),
            new("C#", $$"""
                using var http = new HttpClient { BaseAddress = new("{{host}}") };
                http.DefaultRequestHeaders.Add("X-API-Key", "
                """, """
                ");
                Console.WriteLine(await http.GetStringAsync("v1/capabilities"));
                """),
        ];
    }
}

/// <summary>A piece of a <see cref="Snippet"/>: a text as it stands, or the place of a value.</summary>
/// <param name="Text">The text; empty at a place.</param>
/// <param name="Value">Which of the values that are shown stands here; null for none.</param>
public readonly record struct SnippetPart(string Text, int? Value)
{
    /// <summary>A text.</summary>
    public SnippetPart(string text)
        : this(text, null)
    {
    }

    /// <summary>The place of a value.</summary>
    public SnippetPart(int value)
        : this("", value)
    {
    }
}
