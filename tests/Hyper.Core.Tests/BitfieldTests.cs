using Hyper.Core.Internal;
using TestKit;

namespace Hyper.Core.Tests;

public sealed class BitfieldTests
{
    private static readonly ulong[] _recorded = [0, 1, 31, 32, 63, 100, 32767, 32768, 2097151, 2097152, 2097160];

    [Fact]
    public void Queries_answer_as_JavaScript()
    {
        var bits = new Bitfield();
        foreach (var index in _recorded)
            bits.SetRange(index, index + 1, true);
        var expected = Vectors.One("bitfield.json", "find/local").Expected();
        ulong?[] answers =
        [
            bits.FirstSet(0),
            bits.FirstUnset(0),
            bits.FirstSet(64),
            bits.FirstUnset(100),
            bits.LastSet(40000),
            bits.LastUnset(40000),
            bits.FirstSet(2097161),
            bits.FirstUnset(2097160),
            bits.FirstUnset(5000000),
            bits.FirstSet(2097153),
        ];
        for (var i = 0; i < answers.Length; i++)
            Assert.Equal(expected[i].GetInt64(), answers[i] is { } answer ? (long)answer : -1);
    }

    [Fact]
    public void Counts_are_those_of_JavaScript()
    {
        var bits = new Bitfield();
        foreach (var index in _recorded)
            bits.SetRange(index, index + 1, true);
        // Of the first 40,000: how many are set, how many are not.
        var expected = Vectors.One("bitfield.json", "count").Expected();
        Assert.Equal(expected[0].GetUInt64(), bits.CountSet(0, 40_000));
        Assert.Equal(expected[1].GetUInt64(), 40_000 - bits.CountSet(0, 40_000));
    }

    [Fact]
    public void What_a_peer_tells_is_found_as_in_JavaScript_and_a_crooked_bitfield_is_not_taken()
    {
        var blocks = new RemoteBlocks();
        foreach (var index in _recorded)
            blocks.Apply(new RangeMessage(Drop: false, index, 1));
        var none = new Bitfield();
        var expected = Vectors.One("bitfield.json", "find/remote").Expected();
        foreach (var (at, from) in (ReadOnlySpan<(int, ulong)>)[(0, 0), (2, 64), (6, 2_097_161), (9, 2_097_153)])
            Assert.Equal(
                expected[at].GetInt64(),
                blocks.FirstNotIn(none, from, 5_000_000) is { } found ? (long)found : -1
            );
        var crooked = Vectors.One("bitfield.json", "remote/insert-misaligned-start");
        Assert.False(crooked.Expected().GetBoolean());
        blocks.Apply(new BitfieldMessage(crooked.Input().Number("start"), new byte[] { 255, 255, 255, 255 }));
        Assert.False(blocks.Has(5));
    }

    [Fact]
    public void Page_has_the_bytes_of_JavaScript()
    {
        var page = new BitPage();
        foreach (var index in _recorded.Where(index => index < BitPage.Bits))
            page.Fill((int)index, (int)index + 1, true);
        var expected = new byte[BitPage.Bytes];
        var nonzero = Vectors
            .One("bitfield.json", "want/0+10")
            .Expected()[0]
            .GetProperty("bitfield")
            .GetProperty("nonzero");
        foreach (var word in nonzero.EnumerateArray())
            BitConverter.TryWriteBytes(expected.AsSpan(4 * word[0].GetInt32()), word[1].GetUInt32());
        Assert.Equal(expected, page.AsBytes().ToArray());
        var loaded = new BitPage();
        loaded.Load(expected);
        Assert.Equal(page.Count, loaded.Count);
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public void Any_changes_and_queries_agree_with_a_set()
    {
        var random = TestSeed.NewRandom();
        var bits = new Bitfield();
        var model = new SortedSet<ulong>();
        const int Max = 3 * BitPage.Bits;
        for (var round = FuzzBudget.Rounds(usually: 400); round > 0; round--)
        {
            var start = Near(random);
            var end = start + (ulong)(random.Next(3) == 0 ? random.Next(70_000) : random.Next(130));
            var value = random.Next(5) < 3;
            bits.SetRange(start, end, value);
            for (var i = start; i < end; i++)
            {
                if (value)
                    model.Add(i);
                else
                    model.Remove(i);
            }
            var at = Near(random);
            Assert.Equal(model.Contains(at), bits.Get(at));
            var above = model.GetViewBetween(at, ulong.MaxValue);
            Assert.Equal(above.Count == 0 ? null : above.Min, bits.FirstSet(at));
            var below = model.GetViewBetween(0, at);
            Assert.Equal(below.Count == 0 ? null : below.Max, bits.LastSet(at));
            var unset = at;
            while (model.Contains(unset))
                unset++;
            Assert.Equal(unset, bits.FirstUnset(at));
            var lower = (long)at;
            while (lower >= 0 && model.Contains((ulong)lower))
                lower--;
            Assert.Equal(lower < 0 ? null : (ulong)lower, bits.LastUnset(at));
            var length = (ulong)random.Next(1, 60_000);
            var within = model.GetViewBetween(at, at + length - 1).Count;
            Assert.Equal((ulong)within, bits.CountSet(at, length));
            Assert.Equal(within > 0, bits.HasSet(at, length));
        }

        // Most faults live at the edges of words and pages.
        static ulong Near(Random random) =>
            (ulong)
                Math.Clamp(
                    random.Next(3) switch
                    {
                        0 => random.Next(Max),
                        1 => (BitPage.Bits * random.Next(4)) + random.Next(-3, 4),
                        _ => (64 * random.Next(Max / 64)) + random.Next(-2, 3),
                    },
                    0,
                    Max
                );
    }
}
