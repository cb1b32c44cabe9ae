using System.Net.Sockets;
using Intercom.Node.Tests.Lab;
using TestKit;

namespace Intercom.Node.Tests;

public sealed class LocalDhtTests
{
    [Fact]
    public void Watch_tells_each_reason_once_and_takes_over_when_it_is_gone()
    {
        var world = new SimulatedWorld(seed: 1);
        var host = world.CreateHost("127.0.0.1");
        var loop = new FaultySocketLoop(host);
        List<SocketError> told = [];
        var takeOvers = 0;
        world.Run(() =>
            loop.InvokeAsync(async () =>
            {
                var first = await LocalDht.JoinAsync(host, LocalDht.DefaultPort, NotExpected, Fail);
                var second = await LocalDht.JoinAsync(loop, LocalDht.DefaultPort, () => takeOvers++, Note);
                Assert.True(first.IsHost);
                await PassAsync();
                Assert.Equal((false, 0), (second.IsHost, told.Count));

                await first.StopAsync();
                await FailForAWhileAsync(SocketError.TooManyOpenSockets);
                await FailForAWhileAsync(SocketError.AccessDenied);
                Assert.Equal([SocketError.TooManyOpenSockets, SocketError.AccessDenied], told);
                Assert.False(second.IsHost);

                loop.Fault = null;
                await PassAsync();
                Assert.Equal((true, 1), (second.IsHost, takeOvers));
                await second.StopAsync();
                Assert.Equal(0, host.OpenSockets);
            })
        );

        void Note(Exception error) => told.Add(Assert.IsType<SocketException>(error).SocketErrorCode);

        async Task FailForAWhileAsync(SocketError fault)
        {
            var before = loop.Refused;
            loop.Fault = fault;
            await PassAsync();
            Assert.True(loop.Refused - before > 3, $"{loop.Refused - before} tries");
        }

        Task PassAsync() => Task.Delay(TimeSpan.FromSeconds(10), host.Time);
    }

    [Fact]
    public void Stop_ends_a_watch_that_fails()
    {
        var world = new SimulatedWorld(seed: 1);
        var host = world.CreateHost("127.0.0.1");
        var loop = new FaultySocketLoop(host);
        world.Run(() =>
            loop.InvokeAsync(async () =>
            {
                var failed = new TaskCompletionSource();
                var first = await LocalDht.JoinAsync(host, LocalDht.DefaultPort, NotExpected, Fail);
                var second = await LocalDht.JoinAsync(
                    loop,
                    LocalDht.DefaultPort,
                    NotExpected,
                    _ => failed.TrySetResult()
                );
                await first.StopAsync();
                loop.Fault = SocketError.AccessDenied;
                await failed.Task;
                await second.StopAsync();
                Assert.Equal(0, world.ArmedTimers);
            })
        );
    }

    [Fact]
    public void Handler_of_the_take_over_that_throws_is_not_told_as_a_fault_of_the_nodes()
    {
        var world = new SimulatedWorld(seed: 1);
        var host = world.CreateHost("127.0.0.1");
        LocalDht? second = null;
        var thrown = Assert.Throws<InvalidOperationException>(() =>
            world.Run(() =>
                host.InvokeAsync(async () =>
                {
                    var first = await LocalDht.JoinAsync(host, LocalDht.DefaultPort, NotExpected, Fail);
                    second = await LocalDht.JoinAsync(
                        host,
                        LocalDht.DefaultPort,
                        () => throw new InvalidOperationException("of the handler"),
                        Fail
                    );
                    await first.StopAsync();
                    await Task.Delay(TimeSpan.FromSeconds(10), host.Time);
                })
            )
        );

        Assert.Equal("of the handler", thrown.Message);
        world.Run(() =>
            host.InvokeAsync(async () =>
            {
                Assert.True(second!.IsHost);
                await second.StopAsync();
            })
        );
    }

    [Fact]
    public void Join_fails_at_once_when_nodes_cannot_be_run_at_all()
    {
        var world = new SimulatedWorld(seed: 1);
        var loop = new FaultySocketLoop(world.CreateHost("127.0.0.1")) { Fault = SocketError.AccessDenied };
        world.Run(() =>
            loop.InvokeAsync(() =>
                Assert.ThrowsAsync<SocketException>(() =>
                    LocalDht.JoinAsync(loop, LocalDht.DefaultPort, NotExpected, Fail)
                )
            )
        );
    }

    private static void NotExpected() => Assert.Fail("Nobody should take over.");

    private static void Fail(Exception error) => Assert.Fail(error.Message);
}
