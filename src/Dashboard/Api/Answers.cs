namespace Dashboard.Api;

/// <summary>A page of a list.</summary>
/// <typeparam name="T">A row.</typeparam>
sealed record ListAnswer<T>(
    [Field("The rows, in the order of the list.")] IReadOnlyList<T> Items,
    [Field("Where the next page begins: pass it as cursor, with the same filter and order. Null on the last page.", Example = ListExamples.Cursor)] string? NextCursor);

/// <summary>What the API's description shows of lists.</summary>
static class ListExamples
{
    public const string Cursor = "\"kD9xv0hYJ3EAAAGaQm5v4EFiMTJDZEVm\"";
}

/// <summary>What an endpoint can answer, for the API's description.</summary>
/// <param name="Status">The status.</param>
/// <param name="Sentence">When.</param>
/// <param name="Type">The body's type, or null for none.</param>
/// <param name="Codes">The codes of a problem document; null where it is none.</param>
/// <param name="Headers">Headers that the answer carries, with what they say.</param>
sealed record AnswerMetadata(int Status, string Sentence, Type? Type, IReadOnlyList<string>? Codes = null, IReadOnlyDictionary<string, string>? Headers = null);

/// <summary>Answers, and what is said about them.</summary>
static class EndpointAnswers
{
    public static IResult ToList<TRow, T>(this Result<Page<TRow>> page, Func<TRow, T> show) =>
        page.ToResult(x => TypedResults.Ok(new ListAnswer<T>([.. x.Items.Select(show)], x.NextCursor)));

    /// <summary>Says what an endpoint answers when all is well.</summary>
    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder endpoint, int status, string sentence, params (string Name, string Sentence)[] headers) =>
        endpoint.WithMetadata(new AnswerMetadata(status, sentence, typeof(T), Headers: headers.ToDictionary(x => x.Name, x => x.Sentence, StringComparer.Ordinal)));

    /// <summary>Says that an endpoint answers without a body.</summary>
    public static RouteHandlerBuilder AnswersNothing(this RouteHandlerBuilder endpoint, string sentence) =>
        endpoint.WithMetadata(new AnswerMetadata(StatusCodes.Status204NoContent, sentence, null));

    /// <summary>Says which faults an endpoint tells, beyond those that follow from who may call it and what it takes.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params ErrorCode[] faults) =>
        endpoint.WithMetadata([.. faults.Select(Problems.Of).GroupBy(x => x.Status).Select(x => Refusal(x.Key, [.. x.Select(fault => fault.Word)]))]);

    /// <summary>The same for an endpoint that verifies credentials.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params RefusalCode[] refusals) =>
        endpoint.WithMetadata([.. refusals.GroupBy(x => x.ToHttpStatus()).Select(x => Refusal(x.Key, [.. x.Select(code => code.ToWireName())]))]);

    public static AnswerMetadata Refusal(int status, params string[] codes) => new(status, "", typeof(ProblemDocument), codes);
}
