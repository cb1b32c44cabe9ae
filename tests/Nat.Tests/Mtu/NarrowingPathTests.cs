using Nat.Tests.Matrix;
using Nat.Tests.Namespaces;
using TestKit;
using TestKit.Partners;

namespace Nat.Tests.Mtu;

/// <summary>
/// A UDX stream over a real path that takes shorter packets all at once, in the middle of a transfer: what was cut for the wider
/// path and is still under way passes in IP fragments.
/// </summary>
public sealed class NarrowingPathTests(NodePartners partners, InternetFactory internets, ITestOutputHelper output)
{
    private const int NarrowMtu = 1280;
    private const int FirstBytes = 1 << 20;
    private const int PartBytes = 16 << 20;

    // More than passes before the path narrows, on any machine.
    private const long EndlessBytes = 1L << 36;

    private const uint SenderId = 0x0101_0101;
    private const uint ReceiverId = 0x0202_0202;
    private const int Seed = 9;

    /// <summary>How libudx, which keeps sending what cannot pass, gives up.</summary>
    private const string TimedOut = "ETIMEDOUT";

    public static IEnumerable<TheoryDataRow<Make, Make, Narrowing>> TransfersOfJavaScript =>
        from sending in (Make[])[Make.Pinned, Make.Newest]
        from receiving in (Make[])[Make.Ours, sending]
        from place in Enum.GetValues<Narrowing>()
        where NatReport.IsAskedFor || (sending, receiving, place) == (Make.Pinned, Make.Ours, Narrowing.InTheMiddle)
        select new TheoryDataRow<Make, Make, Narrowing>(sending, receiving, place);

    [Theory]
    [InlineData(Make.Ours, Narrowing.InTheMiddle)]
    [InlineData(Make.Pinned, Narrowing.InTheMiddle)]
    [InlineData(Make.Newest, Narrowing.InTheMiddle)]
    [InlineData(Make.Ours, Narrowing.Silent)]
    [InlineData(Make.Pinned, Narrowing.Silent)]
    [InlineData(Make.Newest, Narrowing.Silent)]
    [InlineData(Make.Ours, Narrowing.AtTheSender)]
    [InlineData(Make.Pinned, Narrowing.AtTheSender)]
    [InlineData(Make.Newest, Narrowing.AtTheSender)]
    public async Task Our_transfer_under_way_completes(Make receiving, Narrowing place)
    {
        await using var lab = await PathLab.StartAsync(partners, internets, Make.Ours, receiving);
        var (sender, receiver) = await lab.ConnectAsync(SenderId, ReceiverId);

        var narrowed = NarrowAsync(lab, sender, receiver, place);
        long written = 0;
        do
        {
            await sender.WriteAsync(PartBytes, Seed, offset: written);
            written += PartBytes;
        } while (!narrowed.IsCompleted);
        await narrowed;
        // Some more, all of it cut for the narrow path.
        await sender.WriteAsync(PartBytes, Seed, offset: written);
        written += PartBytes;

        var received = await receiver.WaitAsync(written);
        var (sent, passed) = await lab.CountFragmentsAsync();
        output.WriteLine($"{written} bytes, {sent} fragments made by the sender's system, {passed} on the way");
        Assert.Equal((written, Pattern.HashOf(Seed, written)), (received.Bytes, received.Sha256));
        Assert.InRange(await sender.GetMtuAsync(), 1, NarrowMtu);
        // Without any, nothing was under way that was too long.
        Assert.NotEqual(0, sent + passed);
    }

    /// <summary>
    /// A JavaScript sender is the only one who could help: what it has sent keeps its size and goes out whole. It gives up
    /// whoever receives, with what has come so far intact; the next stream finds the new size.
    /// </summary>
    [Theory]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    [MemberData(nameof(TransfersOfJavaScript))]
    public async Task Transfer_of_JavaScript_under_way_ends_in_ETIMEDOUT_and_the_next_completes(
        Make sending,
        Make receiving,
        Narrowing place
    )
    {
        await using var lab = await PathLab.StartAsync(partners, internets, sending, receiving);
        var (sender, receiver) = await lab.ConnectAsync(SenderId, ReceiverId);
        var narrowed = NarrowAsync(lab, sender, receiver, place);
        await Assert.ThrowsAsync<PartnerException>(() => sender.WriteAsync(EndlessBytes, Seed));
        await narrowed;
        Assert.Equal(TimedOut, await sender.ClosedAsync());
        var received = await receiver.WaitAsync();
        Assert.Equal(Pattern.HashOf(Seed, received.Bytes), received.Sha256);

        var (next, reader) = await lab.ConnectAsync(SenderId + 1, ReceiverId + 1);
        await next.WriteAsync(PartBytes, Seed);
        Assert.Equal(Pattern.HashOf(Seed, PartBytes), (await reader.WaitAsync(PartBytes)).Sha256);
        Assert.InRange(await next.GetMtuAsync(), 1, NarrowMtu);
    }

    private static async Task NarrowAsync(PathLab lab, PartnerStream sender, PartnerStream receiver, Narrowing place)
    {
        await receiver.WaitAsync(FirstBytes);
        // Otherwise nothing that is under way is too long.
        Assert.InRange(await sender.GetMtuAsync(), NarrowMtu + 1, 1500);
        await lab.NarrowAsync(place, NarrowMtu);
    }
}
