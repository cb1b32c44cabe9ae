using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Hyper.Crypto;
using Hyper.Dht.Rpc;
using Hyper.Dht.Tests.Simulation;
using Hyper.Loop;
using Microsoft.Extensions.Logging;

namespace Hyper.Dht.Tests.Serving;

/// <summary>What somebody who runs a node is told: counts of the meter, and lines of the log.</summary>
public sealed class OperatorTests
{
    [Fact]
    public void Flood_shows_in_the_meter_and_once_a_minute_in_the_log()
    {
        using var counts = new Counts();
        SimulatedDht.Run(
            4,
            async world =>
            {
                var log = new Lines();
                var node = HyperDht.Create(
                    world.World.CreateHost("10.7.0.1"),
                    new HyperDhtOptions
                    {
                        Bootstrap = [world.Bootstrap],
                        LocalHosts = () => [],
                        Logger = log,
                    }
                );
                await node.FullyBootstrappedAsync();
                var ping = RawRequest.Encode(RpcCommand.FindNode, default, Blake2b.Hash("x"u8), isInternal: true);
                for (var minute = 0; minute < 3; minute++)
                {
                    for (var i = 0; i < 5000; i++)
                        node.Receive(ping, new UdpAddress(0x0B00_0001, 7));
                    await world.World.Delay(TimeSpan.FromSeconds(61));
                }
                Assert.Equal(
                    3,
                    log.Warnings.Count(line => line.Contains("beyond the limits", StringComparison.Ordinal))
                );
                // Other nodes of the process count in the same meter.
                Assert.True(counts.Of("hyper.dht.limited", "requests") >= node.Rpc.Statistics.RateLimited);
                Assert.NotEqual(0, node.Rpc.Statistics.RateLimited);
                await world.World.Delay(TimeSpan.FromMinutes(5));
                Assert.Equal(
                    3,
                    log.Warnings.Count(line => line.Contains("beyond the limits", StringComparison.Ordinal))
                );
            },
            deadline: TimeSpan.FromHours(1)
        );
    }

    [Fact]
    public void Life_of_a_node_can_be_read_from_its_log()
    {
        using var counts = new Counts();
        SimulatedDht.Run(
            10,
            async world =>
            {
                var log = new Lines();
                var host = world.World.CreateHost("10.7.0.1");
                var node = HyperDht.Create(
                    host,
                    new HyperDhtOptions
                    {
                        Bootstrap = [world.Bootstrap],
                        LocalHosts = () => [host.Address],
                        PersistentAfter = TimeSpan.FromSeconds(30),
                        Logger = log,
                    }
                );
                await world.World.Delay(TimeSpan.FromMinutes(2));
                await node.SuspendAsync();
                await node.ResumeAsync();
                await world.World.Delay(TimeSpan.FromSeconds(20));
                var drop = world.World.Drop!;
                var own = new UdpAddress(host.Address, 1);
                world.World.Drop = (from, to, _) => from.HasSameHost(own) || to.HasSameHost(own);
                await world.World.Delay(TimeSpan.FromMinutes(10));
                world.World.Drop = drop;
                await world.World.Delay(TimeSpan.FromMinutes(3));

                log.AssertInOrder(
                    "our address has changed: host known True",
                    "is persistent on port 49737",
                    "is suspended",
                    "our address has changed: host known",
                    "health is Offline",
                    "health is Online"
                );
                log.AssertInOrder("is suspended", "is ephemeral again", "has resumed on port 49737");
                Assert.NotEqual(0, counts.Of("hyper.dht.suspensions", null));
                Assert.NotEqual(0, counts.Of("hyper.dht.role_changes", "persistent"));
                Assert.NotEqual(0, counts.Of("hyper.dht.health_changes", "Offline"));
            },
            deadline: TimeSpan.FromHours(1)
        );
    }

    private sealed class Lines : ILogger
    {
        private readonly List<(LogLevel Level, string Text)> _lines = [];

        public IEnumerable<string> Warnings =>
            _lines.Where(line => line.Level == LogLevel.Warning).Select(line => line.Text);

        public void AssertInOrder(params string[] parts)
        {
            var at = 0;
            foreach (var (_, text) in _lines)
            {
                if (at < parts.Length && text.Contains(parts[at], StringComparison.Ordinal))
                    at++;
            }
            Assert.True(
                at == parts.Length,
                $"No line '{parts[Math.Min(at, parts.Length - 1)]}' in its place in:\n{string.Join('\n', _lines)}"
            );
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => _lines.Add((logLevel, formatter(state, exception)));
    }

    private sealed class Counts : IDisposable
    {
        private readonly ConcurrentDictionary<(string Name, string? Tag), long> _totals = new();
        private readonly MeterListener _listener = new();

        public Counts()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Hyper.Dht")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>(
                (instrument, value, tags, _) =>
                {
                    var tag = tags.Length > 0 ? tags[0].Value?.ToString() : null;
                    _totals.AddOrUpdate((instrument.Name, tag), value, (_, total) => total + value);
                }
            );
            _listener.Start();
        }

        public long Of(string name, string? tag) => _totals.GetValueOrDefault((name, tag));

        public void Dispose() => _listener.Dispose();
    }
}
