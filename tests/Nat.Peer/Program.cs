using Hyper.Loop;
using Nat.Peer;
using TestKit.Partners;

// The argument is the network namespace of the test. In that one this program would talk to the world.
if (args is not [var outside] || PartnerPlace.OwnNetwork == outside)
{
    await Console.Error.WriteLineAsync("usage: ip netns exec <namespace> Nat.Peer <the namespace of the test>");
    return 2;
}
using var loop = new NetworkLoop(
    new NetworkLoopOptions
    {
        // A fault of ours must not pass for a failing network: the process ends, and the test sees why.
        UnhandledException = static error => Environment.FailFast("The loop caught an exception.", error),
    }
);
var driver = new Driver(loop, Console.In, Console.Out);
StreamVerbs.Register(driver);
DhtVerbs.Register(driver);
UdxVerbs.Register(driver);
await driver.RunAsync();
return 0;
