using System.Net;
using System.Net.Sockets;
using Intercom.Cli.Tests.Lab;
using TestKit;
using TestKit.Programs;

namespace Intercom.Cli.Tests;

/// <summary><c>demo</c>, <c>dht</c> and <c>--local</c>.</summary>
public sealed class NetworkCommandTests : CliLab
{
    [Fact]
    public async Task Demo_every_message_arrives_and_exits_with_zero()
    {
        var demo = await RunAsync(["demo"]);

        Assert.Equal(0, demo.ExitCode);
        Assert.Contains("every message arrived", demo.Results);
        Assert.Empty(demo.Notes);
    }

    [Fact]
    public async Task Demo_interrupted_exits_with_one()
    {
        var demo = Start("demo");
        await demo.LineAsync("a DHT of 4 nodes runs");

        var exitCode = await demo.StopAsync();

        Assert.Equal(ExitCode.Failed, exitCode);
    }

    [Fact]
    public async Task Dht_serves_peers_until_it_is_stopped()
    {
        var dht = Start("dht", "--port", "0", "--nodes", "3", "--json");
        var ready = await dht.LineAsync("\"type\":\"ready\"");
        var bootstrap = ready.Split('"').First(part => part.StartsWith("127.0.0.1:", StringComparison.Ordinal));
        var peer = Start("up", "--dht-bootstrap", bootstrap);
        await peer.LineAsync("Sidechannel: ready");

        var exitCode = await dht.StopAsync(Signals.Terminate);

        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task Dht_port_taken_fails_in_one_line()
    {
        using var taken = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)taken.Client.LocalEndPoint!).Port;

        var dht = await RunAsync(["dht", "--port", $"{port}"]);

        Assert.Equal(ExitCode.Failed, dht.ExitCode);
        Assert.StartsWith($"error: UDP 127.0.0.1:{port} cannot be used", dht.Notes);
        Assert.Single(dht.Notes.Split('\n'));
    }

    [Fact]
    public async Task Local_first_peer_runs_the_dht_and_another_takes_over()
    {
        // The usual port belongs to whoever else runs on this machine.
        var port = $"{FreePort.Udp()}";
        var first = Start("up", "--local-port", port, "--name", "first");
        await first.LineAsync("run by this peer");
        var second = Start("up", "--local-port", port, "--name", "second");
        await second.LineAsync("run by another peer");
        await second.LineAsync("Sidechannel: ready");

        Assert.Equal(0, await first.StopAsync());
        var third = Start("up", "--local-port", port, "--name", "third");
        await third.LineAsync("Sidechannel: ready");
        while ((await RunAsync(["peers", "--name", "second", "--json"])).Results.Length == 0)
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
    }
}
