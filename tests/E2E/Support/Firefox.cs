using System.Diagnostics;
using System.Globalization;
using WebDriverBiDi;
using WebDriverBiDi.BrowsingContext;
using WebDriverBiDi.Input;
using WebDriverBiDi.Script;
using WebDriverBiDi.Session;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Debian's Firefox, over WebDriver BiDi: Playwright drives only a Firefox of its own. It does what one journey needs, and finds
/// elements by role and name.</summary>
sealed class Firefox : IAsyncDisposable
{
    /// <summary>WebDriver’s own letters for keys that have none.</summary>
    public const string Tab = "\uE004";

    public const string Enter = "\uE007";

    const string Control = "\uE009";

    readonly ExternalProcess process;
    readonly BiDiDriver driver;
    readonly DirectoryInfo profile;
    readonly List<string> faults = [];
    string tab = "";

    Firefox(ExternalProcess process, DirectoryInfo profile)
    {
        (this.process, this.profile) = (process, profile);
        driver = new(TimeSpan.FromMilliseconds(PageVisit.Patience));
    }

    /// <summary>Errors and warnings of its console, and what the pages' policy forbade.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (faults)
            {
                return [.. faults];
            }
        }
    }

    /// <summary>Returns the path of the program, or null.</summary>
    public static string? Installed() => ExternalProcess.Find("firefox-esr") ?? ExternalProcess.Find("firefox");

    public static async Task<Firefox> StartAsync(string program, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-firefox-");
        var port = ExternalProcess.FreePort();
        var browser = await ExternalProcess.ServeAsync(
            program, folder.FullName, port, cancellationToken,
            "--headless", "--no-remote", "--profile", folder.FullName,
            "--remote-debugging-port", port.ToString(CultureInfo.InvariantCulture), "about:blank");
        var firefox = new Firefox(browser, folder);
        try
        {
            await firefox.ConnectAsync(port, cancellationToken);
            return firefox;
        }
        catch
        {
            await firefox.DisposeAsync();
            throw;
        }
    }

    public Task GoAsync(Uri page) => driver.BrowsingContext.NavigateAsync(new(tab, page.ToString()) { Wait = ReadinessState.Complete });

    /// <summary>Waits for an element, and returns it.</summary>
    /// <param name="within">Looks only in this one.</param>
    public async Task<NodeRemoteValue> FindAsync(string role, string name, NodeRemoteValue? within = null)
    {
        NodeRemoteValue? found = null;
        await UntilAsync(FoundAsync, $"no {role} “{name}”");
        return found!;

        async Task<bool> FoundAsync() => (found = (await LocateAsync(role, name, within)).FirstOrDefault()) is not null;
    }

    /// <summary>Waits until there is no such element.</summary>
    public Task UntilGoneAsync(string role, string name) =>
        UntilAsync(async () => (await LocateAsync(role, name, within: null)).Count == 0, $"there still is a {role} “{name}”");

    /// <summary>Waits until the page shows a text.</summary>
    public Task UntilSaidAsync(string text) =>
        UntilAsync(() => IsAsync("text => document.body.innerText.includes(text)", LocalValue.String(text)), $"nowhere “{text}”");

    /// <summary>Waits until a condition, in JavaScript, is true.</summary>
    public Task UntilAsync(string condition) => UntilAsync(() => IsAsync($"() => Boolean({condition})"), $"never {condition}");

    /// <summary>Presses with the mouse, once nothing moves or covers the element any more.</summary>
    public async Task PressAsync(string role, string name, NodeRemoteValue? within = null)
    {
        var element = await FindAsync(role, name, within);
        const string uncovered = """
            element => {
              element.scrollIntoView({ block: 'nearest' });
              const { left, top, width, height } = element.getBoundingClientRect();
              const there = document.elementFromPoint(left + width / 2, top + height / 2);
              const moves = a => a.playState === 'running' && a.effect.getComputedTiming().iterations < Infinity;
              return there && (element.contains(there) || there.contains(element)) && !document.getAnimations().some(moves);
            }
            """;
        await UntilAsync(() => IsAsync(uncovered, element.ToSharedReference()), $"{role} “{name}” is covered");
        var mouse = new PointerSourceActions();
        mouse.Actions.Add(new PointerMoveAction { Origin = Origin.Element(element.ToSharedReference()) });
        mouse.Actions.Add(new PointerDownAction(0));
        mouse.Actions.Add(new PointerUpAction(0));
        await PerformAsync(mouse);
    }

    /// <summary>Types into what has the focus.</summary>
    public Task TypeAsync(string text)
    {
        var keys = new KeySourceActions();
        foreach (var letter in text.Select(letter => letter.ToString()))
        {
            keys.Actions.Add(new KeyDownAction(letter));
            keys.Actions.Add(new KeyUpAction(letter));
        }

        return PerformAsync(keys);
    }

    public Task PasteAsync()
    {
        var keys = new KeySourceActions();
        keys.Actions.Add(new KeyDownAction(Control));
        keys.Actions.Add(new KeyDownAction("v"));
        keys.Actions.Add(new KeyUpAction("v"));
        keys.Actions.Add(new KeyUpAction(Control));
        return PerformAsync(keys);
    }

    public async ValueTask DisposeAsync()
    {
        await driver.DisposeAsync();
        await process.DisposeAsync();
        profile.Delete(recursive: true);
    }

    async Task ConnectAsync(int port, CancellationToken cancellationToken)
    {
        await driver.StartAsync($"ws://127.0.0.1:{port}/session", cancellationToken);
        await driver.Session.NewSessionAsync(new(), cancellationToken: cancellationToken);
        tab = (await driver.BrowsingContext.GetTreeAsync(new(), cancellationToken: cancellationToken)).ContextTree[0].BrowsingContextId;
        var window = new SetViewportCommandParameters { BrowsingContextId = tab, Viewport = new() { Width = 1360, Height = 860 } };
        await driver.BrowsingContext.SetViewportAsync(window, cancellationToken: cancellationToken);
        driver.Log.OnEntryAdded.AddObserver(entry =>
        {
            if (entry.Level is WebDriverBiDi.Log.LogLevel.Error or WebDriverBiDi.Log.LogLevel.Warn)
            {
                lock (faults)
                {
                    faults.Add($"{entry.Level}: {entry.Text}");
                }
            }
        });
        await driver.Session.SubscribeAsync(
            new SubscribeCommandParameters(driver.Log.OnEntryAdded.EventName), cancellationToken: cancellationToken);
        const string watchPolicy = """
            () => addEventListener('securitypolicyviolation', e => console.error(`policy: ${e.violatedDirective}: ${e.blockedURI}`))
            """;
        await driver.Script.AddPreloadScriptAsync(new(watchPolicy), cancellationToken: cancellationToken);
    }

    async Task<IList<NodeRemoteValue>> LocateAsync(string role, string name, NodeRemoteValue? within)
    {
        var question = new LocateNodesCommandParameters(tab, new AccessibilityLocator { Role = role, Name = name });
        if (within is not null)
        {
            question.StartNodes.Add(within.ToSharedReference());
        }

        return [.. (await driver.BrowsingContext.LocateNodesAsync(question)).Nodes];
    }

    async Task<bool> IsAsync(string function, params LocalValue[] arguments)
    {
        var call = new CallFunctionCommandParameters(function, new ContextTarget(tab), awaitPromise: true);
        call.Arguments.AddRange(arguments);
        return await driver.Script.CallFunctionAsync(call) is EvaluateResultSuccess { Result: BooleanRemoteValue { Value: true } };
    }

    async Task<string?> TextAsync()
    {
        const string text = "() => [document.body.innerText, ...[...document.querySelectorAll('input')].map(input => `${input.name}=${input.value}`)].join('\\n')";
        var call = new CallFunctionCommandParameters(text, new ContextTarget(tab), awaitPromise: false);
        return await driver.Script.CallFunctionAsync(call) is EvaluateResultSuccess { Result: StringRemoteValue { Value: var said } }
            ? said : null;
    }

    /// <summary>Looks once in each frame that Firefox draws.</summary>
    async Task UntilAsync(Func<Task<bool>> condition, string otherwise)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await condition())
                {
                    return;
                }

                await IsAsync("() => new Promise(requestAnimationFrame)");
            }
            catch (WebDriverBiDiException) when (watch.ElapsedMilliseconds < PageVisit.Patience)
            {
                // The page has since been left for another.
            }

            if (watch.ElapsedMilliseconds >= PageVisit.Patience)
            {
                throw new TimeoutException($"{otherwise} in: {await TextAsync()}");
            }
        }
    }

    async Task PerformAsync(SourceActions actions)
    {
        var all = new PerformActionsCommandParameters(tab);
        all.Actions.Add(actions);
        await driver.Input.PerformActionsAsync(all);
    }
}
