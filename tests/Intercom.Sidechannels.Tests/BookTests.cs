using Hyper.Encoding;
using Intercom.Sidechannels.Internal;
using Intercom.Sidechannels.Tests.Lab;

namespace Intercom.Sidechannels.Tests;

/// <summary>Sizes and ages of what is remembered of channels and peers.</summary>
public sealed class BookTests
{
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    [Fact]
    public void Invites_are_bounded_by_channels_and_forgotten_when_they_run_out() =>
        Run(async lab =>
        {
            var book = new InviteBook(lab.Host.Time);
            for (var i = 0; i < 2 * InviteBook.MaxChannels; i++)
                book.Remember($"c{i}", "peer", book.Now + (i % 2 == 0 ? 1000 : 1_000_000));
            Assert.Equal(InviteBook.MaxChannels, book.Channels);
            Assert.False(book.IsInvited("c0", "peer"));
            Assert.True(book.IsInvited($"c{(2 * InviteBook.MaxChannels) - 2}", "peer"));
            await lab.World.Delay(TimeSpan.FromSeconds(2));
            book.Sweep();
            Assert.Equal(InviteBook.MaxChannels / 2, book.Channels);
        });

    [Fact]
    public void Welcomes_of_channels_not_joined_are_forgotten_after_a_day()
    {
        var book = new WelcomeBook();
        book.Remember("joined", TimeSpan.Zero);
        book.Remember("not joined", TimeSpan.Zero);
        book.Remember("seen later", TimeSpan.FromHours(2));
        book.Sweep(_day + TimeSpan.FromHours(1), channel => channel == "joined");
        Assert.True(book.IsWelcomed("joined"));
        Assert.False(book.IsWelcomed("not joined"));
        Assert.True(book.IsWelcomed("seen later"));
        for (var i = 0; i < 2 * WelcomeBook.MaxChannels; i++)
            book.Remember($"c{i}", _day);
        Assert.Equal(WelcomeBook.MaxChannels, book.Count);
    }

    [Fact]
    public void Limiters_of_absent_peers_are_forgotten_when_they_are_like_new()
    {
        var limiters = new PeerLimiters(SidechannelOptions.Default);
        for (byte i = 1; i <= 10; i++)
        {
            var key = new Bytes32([.. Enumerable.Repeat(i, 32)]);
            var limiter = limiters.Enter(key, TimeSpan.Zero);
            if (i == 5)
                for (var strike = 0; strike < 3; strike++)
                    limiter.Strike(TimeSpan.Zero);
            limiters.Leave(key, TimeSpan.Zero);
        }
        limiters.Sweep(TimeSpan.FromSeconds(10));
        Assert.Equal(1, limiters.Count);
        limiters.Sweep(TimeSpan.FromSeconds(31));
        Assert.Equal(0, limiters.Count);
    }

    private static void Run(Func<SidechannelLab, Task> body)
    {
        var lab = new SidechannelLab();
        lab.Run(() => body(lab));
    }
}
