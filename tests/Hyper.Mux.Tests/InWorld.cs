using TestKit;

namespace Hyper.Mux.Tests;

/// <summary>Runs a test body on a loop with virtual time.</summary>
internal static class InWorld
{
    public static void Run(Func<SimulatedHost, SimulatedWorld, Task> body, int seed = 1)
    {
        var world = new SimulatedWorld(seed);
        var host = world.CreateHost("10.0.0.1");
        world.Run(() => body(host, world));
    }

    public static void Run(Action<SimulatedHost> body) =>
        Run(
            (host, _) =>
            {
                body(host);
                return Task.CompletedTask;
            }
        );

    /// <summary>Lets everything happen that is due now.</summary>
    public static Task Settle(this SimulatedWorld world) => world.Delay(TimeSpan.FromMilliseconds(1));
}
