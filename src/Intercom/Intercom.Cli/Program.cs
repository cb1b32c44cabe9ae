return await Intercom.Cli.CommandLine.RunAsync(args);
