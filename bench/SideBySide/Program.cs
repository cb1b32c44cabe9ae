using SideBySide;

if (!BenchOptions.TryParse(args, out var options))
{
    Console.Error.WriteLine(BenchOptions.Usage);
    return 2;
}
#if DEBUG
Console.Error.WriteLine("A debug build measures nothing of worth: run with -c Release.");
return 2;
#else
foreach (var set in options.Sets)
{
    // A fresh start for both: what one set leaves behind must not weigh on the next.
    await using var node = await NodeDriver.StartAsync(set);
    await using var ours = new OurWorld(options.Program);
    Console.WriteLine($"\n{set}: {node.Versions}; medians of {options.Rounds} rounds in turn");
    Report.WriteHeader();
    foreach (var scenario in Scenarios.Of(set, ours))
    {
        if (scenario.Name.Contains(options.Only, StringComparison.Ordinal))
            Report.Write(await Runner.RunAsync(scenario, node, options.Rounds));
    }
}
return 0;
#endif
