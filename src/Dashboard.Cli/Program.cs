namespace Dashboard.Cli;

static class Program
{
    static Task<int> Main(string[] arguments) => CommandLine.RunAsync(arguments, Machine.Real());
}
