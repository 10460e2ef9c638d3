namespace Dashboard.Shared;

/// <summary>A text to paste, with placeholders for secrets. Contains no secret.</summary>
/// <param name="Title">The name of the language.</param>
/// <param name="Parts">The parts of the text, in order.</param>
public sealed record Snippet(string Title, IReadOnlyList<SnippetPart> Parts)
{
    /// <summary>Creates a text with a placeholder for a single value between <paramref name="before"/> and <paramref
    /// name="after"/>.</summary>
    public Snippet(string title, string before, string after)
        : this(title, [new(before), new(0), new(after)])
    {
    }

    /// <summary>Returns snippets for common languages: the key as an environment variable, and a first request to
    /// <c>/v1/capabilities</c>.</summary>
    /// <param name="host">The URL of this installation, with a trailing slash.</param>
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

/// <summary>A part of a <see cref="Snippet"/>: a literal text or a placeholder.</summary>
/// <param name="Text">The literal text; empty for a placeholder.</param>
/// <param name="Value">The index of the value to insert; null for a literal text.</param>
public readonly record struct SnippetPart(string Text, int? Value)
{
    /// <summary>Creates a literal text.</summary>
    public SnippetPart(string text)
        : this(text, null)
    {
    }

    /// <summary>Creates a placeholder.</summary>
    public SnippetPart(int value)
        : this("", value)
    {
    }
}
