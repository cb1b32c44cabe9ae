using Hyper.Udx;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Streams on which nothing is written, and readers that do not read.</summary>
public sealed class UdxIdleInteropTests(NodePartners partners)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Idle_partner_answers_and_a_killed_one_is_noticed(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await UdxLink.OpenAsync(loop, partner, role);
        using var ours = await link.StartAsync();
        if (role == Role.TheyDial)
        {
            await link.Theirs.WriteAsync([1]);
            await ours.WaitAsync(1);
        }
        // Where we dial nothing was ever sent: not even a first number.
        await loop.RunAsync(() =>
        {
            link.Ours.KeepAlive = _interval;
            link.Ours.DeadPeerTimeout = TimeSpan.FromSeconds(5);
        });
        if (role == Role.WeDial)
            Assert.Equal("connect", (await link.Theirs.ExpectAsync("connect")).Name);
        await Until.TrueAsync(
            () =>
                loop.RunAsync(() => link.Ours.Statistics.KeepAlives >= 10 && link.Ours.Statistics.PacketsReceived >= 8),
            "ten questions asked and answered"
        );
        await ours.WriteAsync(100);
        Assert.Equal(100, (await link.Theirs.WaitAsync(100)).Bytes);
        await partner.KillAsync();
        var error = await ours.ClosedAsync();
        Assert.Equal(UdxException.TimedOut, Assert.IsType<UdxException>(error).Code);
    }

    [Fact]
    public async Task Heartbeats_of_the_newest_partner_are_answered()
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(PartnerSet.Newest);
        await using var link = await UdxLink.OpenAsync(loop, partner, Role.TheyDial);
        using var ours = await link.StartAsync();
        await link.Theirs.WriteAsync([1]);
        await ours.WaitAsync(1);
        await link.Theirs.KeepAliveAsync(_interval);
        await Until.TrueAsync(
            async () => (await link.Theirs.PacketsReceivedAsync()) >= 5,
            "five heartbeats of the partner answered"
        );
        Assert.Equal(1, (await ours.WaitAsync(1)).Bytes);
    }

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Partner_waits_for_our_shut_window_and_goes_on_when_it_opens(PartnerSet set, Role role)
    {
        const int window = 64 << 10;
        const int bytes = 4 << 20;
        var options = new UdxOptions { ReceiveWindowBytes = window, MaxReceiveWindowBytes = 1 << 20 };
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await UdxLink.OpenAsync(loop, partner, role, options: options);
        using var ours = await link.StartAsync();
        if (role == Role.WeDial)
        {
            await ours.WriteAsync(1);
            await link.Theirs.WaitAsync(1);
        }
        await loop.RunAsync(link.Ours.PauseReading);
        var writing = link.Theirs.WriteAsync(bytes, seed: 2);
        var atShut = 0L;
        await Until.TrueAsync(
            () =>
                loop.RunAsync(() =>
                {
                    atShut = link.Ours.Statistics.PacketsReceived;
                    return link.Ours.Statistics.ReceiveWindow == 0;
                }),
            "our window to shut"
        );
        // A partner that found the window shut asks again and again; each question is answered.
        await Until.TrueAsync(
            () => loop.RunAsync(() => link.Ours.Statistics.PacketsReceived >= atShut + 3),
            "the partner to ask for the window"
        );
        Assert.InRange((await loop.RunAsync(() => link.Ours.Statistics)).BytesHeld, window - 2000, window + (1 << 18));
        await loop.RunAsync(link.Ours.ResumeReading);
        await writing;
        Assert.Equal(Pattern.HashOf(2, bytes), (await ours.WaitAsync(bytes)).Sha256);
    }
}
