using Dashboard.Accounts;
using Dashboard.Auth;
using Dashboard.Core;
using Dashboard.Core.Data;
using Dashboard.Core.DataProtection;
using Dashboard.Hosting;

namespace Dashboard.Commands;

/// <summary>The command <c>doctor</c>: checks an installation from outside, running or not, and changes nothing in it.</summary>
/// <param name="network">What requests are sent through; null for the network.</param>
/// <param name="time">The clock; null for the system's.</param>
sealed class DoctorCommand(HttpMessageHandler? network = null, TimeProvider? time = null) : ConsoleCommand
{
    const string Settings = "settings";

    public override string Name => "doctor";

    public override string Description => "check settings, files, database, clock, keys and the public URL";

    public override string Help => """
        Usage: Dashboard doctor [--Setting:Name=value …]

        Checks the installation of these settings, whether it runs or not, and changes nothing. Run it as the user and on the
        machine that Latchkey runs on. Each check is one line: "ok" found nothing, "!!" says what is wrong and what to do,
        "--" could not be checked.

        Exit codes: 0 nothing is wrong; 1 something is.
        """;

    public override CommandNeeds Needs => CommandNeeds.Nothing; // what its services need may be what is wrong

    public override async Task<int> RunAsync(
        CommandInput input, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        Globalization.Prepare();
        var findings = new Findings(output);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = [.. input.Settings],
            ApplicationName = typeof(Program).Assembly.GetName().Name,
            WebRootPath = PageFiles.PublishedRoot,
        });
        builder.UsePageFiles();
        builder.Configuration.AddShippedSettings();
        builder.Logging.ClearProviders();
        if (await CheckFoldersAsync(builder, findings) && await CheckSettingsAsync(builder, findings))
        {
            await using var app = builder.Build();
            await CheckPageFilesAsync(app, findings);
            await new DatabaseDoctor(app.Services, time ?? TimeProvider.System, findings).RunAsync(cancellationToken);
            await new PublicUrlDoctor(app.Services, network, time ?? TimeProvider.System, findings).RunAsync(cancellationToken);
        }

        return findings.HasFault ? 1 : 0;
    }

    /// <summary>Registers what a start registers, which reads every setting.</summary>
    static async Task<bool> CheckSettingsAsync(WebApplicationBuilder builder, Findings findings)
    {
        try
        {
            SettingsBinder.RefuseUnknown(builder.Configuration, typeof(SettingsBinder).Assembly, typeof(Program).Assembly);
            builder.Services.AddDashboardCore(builder.Configuration, builder.Environment.ContentRootPath);
            builder.Services.AddAccount(builder.Configuration);
            builder.Services.AddHttpRules(builder.Configuration);
            builder.Services.AddCircuitLimits(builder.Configuration);
        }
        catch (SettingException fault)
        {
            await findings.WrongAsync(Settings, fault.Message);
            return false;
        }

        await findings.GoodAsync(Settings, "every setting is known and valid");
        return true;
    }

    static async Task<bool> CheckFoldersAsync(WebApplicationBuilder builder, Findings findings)
    {
        const string check = "data folder";
        var (configuration, root) = (builder.Configuration, builder.Environment.ContentRootPath);
        try
        {
            List<string> folders = [];
            if (DatabaseRegistration.FindSqlite(configuration, root) is { File: not null, Folder: var data })
            {
                folders.Add(data);
            }

            if (KeyFolder.Find(configuration, root) is { } keys)
            {
                folders.Add(keys.Path);
            }

            foreach (var folder in folders.Where(Directory.Exists))
            {
                var probe = Path.Combine(folder, $".doctor-{Environment.ProcessId}");
                await PrivateFiles.CreateNew(probe).DisposeAsync();
                File.Delete(probe);
            }

            await (folders.Count == 0
                ? findings.SkippedAsync(check, "there is none: everything is in the database")
                : findings.GoodAsync(
                    check, $"files can be created in {string.Join(" and ", folders.Where(Directory.Exists).DefaultIfEmpty(folders[0]))}"));
            return true;
        }
        catch (SettingException)
        {
            return true; // the next check reports it
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await findings.WrongAsync(check, $"files cannot be created: {exception.Message.TrimEnd('.')}. Give the user that runs Latchkey the folder, with chown and chmod 700.");
            return false;
        }
    }

    static async Task CheckPageFilesAsync(WebApplication app, Findings findings)
    {
        const string check = "page files";
        try
        {
            app.MapStaticAssets();
            app.CheckPageFiles();
            await findings.GoodAsync(check, "every script, style and font is there");
        }
        catch (Exception fault) when (fault is StartException or InvalidOperationException or IOException)
        {
            await findings.WrongAsync(check, fault.Message);
        }
    }
}
