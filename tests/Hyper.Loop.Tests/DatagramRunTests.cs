using Hyper.Loop.Internal.Linux;

namespace Hyper.Loop.Tests;

public class DatagramRunTests
{
    private static readonly byte[] _message = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))];

    /// <summary>Length of the message, size that the kernel tells, whether it was cut; sizes of the datagrams, whether some were lost.</summary>
    public static TheoryData<int, int, bool, int[], bool> Messages =>
        new()
        {
            { 3000, 1000, false, [1000, 1000, 1000], false },
            { 2001, 1000, false, [1000, 1000, 1], false },
            { 3, 1, false, [1, 1, 1], false },
            // A run of one, told and untold.
            { 1000, 1000, false, [1000], false },
            { 999, 1000, false, [999], false },
            { 999, int.MaxValue, false, [999], false },
            { 1000, 0, false, [1000], false },
            { 0, 0, false, [0], false },
            { 0, 1000, false, [], false },
            // Nonsense instead of a size.
            { 1000, -1, false, [1000], false },
            { 1000, int.MinValue, false, [1000], false },
            // Longer datagrams than any protocol has are cut, and their tails are no datagrams.
            { 2048, 0, false, [2048], false },
            { 5000, 0, false, [2048], false },
            { 5000, 0, true, [2048], false },
            { 5000, 2100, false, [2048, 2048, 800], false },
            // No room for all: what was cut is not taken for a shorter datagram.
            { 4500, 1000, true, [1000, 1000, 1000, 1000], true },
            { 4000, 1000, true, [1000, 1000, 1000, 1000], true },
            { 900, 1000, true, [], true },
        };

    [Theory]
    [MemberData(nameof(Messages))]
    public void Next_gives_the_datagrams_that_were_merged(
        int length,
        int segmentBytes,
        bool isCut,
        int[] sizes,
        bool hasLost
    )
    {
        var run = new DatagramRun(_message.AsSpan(0, length), segmentBytes, isCut);
        Assert.Equal(hasLost, run.HasLost);
        Assert.Equal(sizes.Length, run.Remaining);
        var at = 0;
        foreach (var size in sizes)
        {
            Assert.Equal(_message.AsSpan(at, size), run.Next());
            at += segmentBytes;
        }
        Assert.Equal(0, run.Remaining);
    }
}
