namespace Dashboard.Keys;

/// <summary>A text to paste, with a place for the key between <paramref name="Before"/> and <paramref name="After"/>.</summary>
public sealed record Snippet(string Title, string Before, string After)
{
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
