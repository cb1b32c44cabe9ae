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
await using var ours = new OurWorld();
var scenarios = Scenarios.All(ours).Where(scenario => scenario.Name.Contains(options.Only, StringComparison.Ordinal));
foreach (var set in options.Sets)
{
    await using var node = await NodeDriver.StartAsync(set);
    Console.WriteLine($"\n{set}: {node.Versions}; medians of {options.Rounds} rounds in turn");
    Report.WriteHeader();
    foreach (var scenario in scenarios)
        Report.Write(await Runner.RunAsync(scenario, node, options.Rounds));
}
return 0;
#endif
