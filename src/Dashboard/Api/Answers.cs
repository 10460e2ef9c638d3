namespace Dashboard.Api;

/// <summary>A page of a list.</summary>
sealed record ListAnswer<T>(
    [Field("The items, in list order.")] IReadOnlyList<T> Items,
    [Field(
        "Pass it as cursor, with the same filter and order, to get the next page. Null on the last page.",
        Example = ListExamples.Cursor)]
    string? NextCursor);

/// <summary>Examples for list fields in the OpenAPI document.</summary>
static class ListExamples
{
    public const string Cursor = "\"kD9xv0hYJ3EAAAGaQm5v4EFiMTJDZEVm\"";
}

/// <summary>Describes a response of an endpoint, for the OpenAPI document.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Sentence">The description.</param>
/// <param name="Type">The type of the body, or null if it has none.</param>
/// <param name="Codes">The error codes, if the body is a problem document.</param>
/// <param name="Headers">The response headers and their descriptions.</param>
sealed record AnswerMetadata(
    int Status, string Sentence, Type? Type, IReadOnlyList<string>? Codes = null, IReadOnlyDictionary<string, string>? Headers = null)
{
    /// <summary>The headers that only some of these responses have, and their descriptions.</summary>
    public IReadOnlyDictionary<string, string>? OptionalHeaders { get; init; }

    /// <summary>The media types of a body that is not JSON.</summary>
    public IReadOnlyList<string> MediaTypes { get; init; } = [];
}

/// <summary>Turns results into responses, and describes the responses of endpoints.</summary>
static class EndpointAnswers
{
    public static IResult ToList<TRow, T>(this Result<Page<TRow>> page, Func<TRow, T> show) =>
        page.ToResult(x => TypedResults.Ok(new ListAnswer<T>([.. x.Items.Select(show)], x.NextCursor)));

    /// <summary>Declares the successful response of an endpoint.</summary>
    public static RouteHandlerBuilder Answers<T>(
        this RouteHandlerBuilder endpoint, int status, string sentence, params (string Name, string Sentence)[] headers) =>
        endpoint.WithMetadata(new AnswerMetadata(
            status, sentence, typeof(T), Headers: headers.ToDictionary(x => x.Name, x => x.Sentence, StringComparer.Ordinal)));

    /// <summary>Declares the successful response of an endpoint, which sometimes has a header.</summary>
    public static RouteHandlerBuilder AnswersWithOptional<T>(
        this RouteHandlerBuilder endpoint, int status, string sentence, string header, string description) =>
        endpoint.WithMetadata(new AnswerMetadata(status, sentence, typeof(T))
        {
            OptionalHeaders = new Dictionary<string, string>(StringComparer.Ordinal) { [header] = description },
        });

    /// <summary>Declares that an endpoint responds with 204 and no body.</summary>
    public static RouteHandlerBuilder AnswersNothing(this RouteHandlerBuilder endpoint, string sentence) =>
        endpoint.WithMetadata(new AnswerMetadata(StatusCodes.Status204NoContent, sentence, null));

    /// <summary>Declares the errors of an endpoint, beyond those that its authorization and its input imply.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params ErrorCode[] errors) =>
        endpoint.WithMetadata(
            [.. errors.Select(Problems.Of).GroupBy(x => x.Status).Select(x => Refusal(x.Key, [.. x.Select(error => error.Word)]))]);

    /// <summary>Declares the refusals of an endpoint that verifies credentials.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params RefusalCode[] refusals) =>
        endpoint.WithMetadata(
            [.. refusals.GroupBy(x => x.ToHttpStatus()).Select(x => Refusal(x.Key, [.. x.Select(code => code.ToWireName())]))]);

    public static AnswerMetadata Refusal(int status, params string[] codes) => new(status, "", typeof(ProblemDocument), codes);
}
