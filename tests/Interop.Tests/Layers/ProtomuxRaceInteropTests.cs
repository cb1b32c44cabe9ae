using Interop.Tests.Harness;
using TestKit;

namespace Interop.Tests.Layers;

/// <summary>Our mux beside the partner's in any order of frames, and in the orders that are known to hurt.</summary>
public sealed class ProtomuxRaceInteropTests(NodePartners partners)
{
    private const int StepsPerRound = 500;
    private const int UsualRounds = 20;
    private const int MostRounds = 200;

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public async Task Random_schedule_leaves_both_sides_agreed(PartnerSet set)
    {
        var seed = TestSeed.Next();
        var rounds = FuzzBudget.Rounds(UsualRounds, MostRounds);
        await using var partner = await partners.StartAsync(set);
        var agreed = 0;
        for (var round = 0; round < rounds; round++)
        {
            var random = new Random(seed + round);
            var theirs = await JsScriptedMux.CreateAsync(partner);
            var schedule = new MuxSchedule(new OurScriptedMux(), theirs, random, $"seed {seed + round}");
            for (var step = 0; step < StepsPerRound; step++)
                await schedule.StepAsync();
            await schedule.SettleAsync();
            agreed += await schedule.AssertAgreesAsync();
            await schedule.CloseAllAsync();
            await schedule.SettleAsync();
            Assert.Equal(0, await schedule.AssertAgreesAsync());
        }
        Assert.True(agreed > rounds, $"Only {agreed} channels were open at the ends of {rounds} rounds.");
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Dead_open_is_paired_by_them_and_rejected_by_us(PartnerSet set)
    {
        await using var partner = await partners.StartAsync(set);
        foreach (var mux in (IScriptedMux[])[await JsScriptedMux.CreateAsync(partner), new OurScriptedMux()])
        {
            var isOurs = mux is OurScriptedMux;
            await mux.DoAsync(new MuxOperation("deliver", Hex: OpenFrame(1, "held")));
            var closed = await mux.DoAsync(new MuxOperation("deliver", Hex: "000301"));
            var opened = await mux.DoAsync(new MuxOperation("open", "x", "held"));
            var later = await mux.DoAsync(new MuxOperation("settle"));
            Assert.Equal(isOurs ? ["000201"] : [], closed.Frames);
            // The other end of what they now take for open was closed long ago.
            Assert.Equal(!isOurs, opened.Events.Concat(later.Events).Any(told => told.Name == "open"));
            if (!isOurs)
                continue;
            var answered = await mux.DoAsync(new MuxOperation("deliver", Hex: OpenFrame(1, "held")));
            Assert.Equal("open", Assert.Single(answered.Events).Name);
        }
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Their_next_open_pairs_after_we_rejected_their_dead_one(PartnerSet set)
    {
        await using var partner = await partners.StartAsync(set);
        var theirs = await JsScriptedMux.CreateAsync(partner);
        var schedule = new MuxSchedule(new OurScriptedMux(), theirs, new Random(1), "dead open of theirs");
        await schedule.OnSecondAsync(new MuxOperation("open", "x", "held"));
        await schedule.OnSecondAsync(new MuxOperation("close", "x"));
        await schedule.SettleAsync();
        await schedule.OnFirstAsync(new MuxOperation("open", "y", "held"));
        await schedule.OnSecondAsync(new MuxOperation("open", "z", "held"));
        await schedule.SettleAsync();
        Assert.Equal(1, await schedule.AssertAgreesAsync());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Channel_they_paired_with_our_dead_open_is_closed_by_our_close(PartnerSet set)
    {
        await using var partner = await partners.StartAsync(set);
        var (ours, theirs) = (new OurScriptedMux(), await JsScriptedMux.CreateAsync(partner));
        var open = Assert.Single((await ours.DoAsync(new MuxOperation("open", "x", "held"))).Frames);
        Assert.Empty((await ours.DoAsync(new MuxOperation("close", "x"))).Frames);
        await theirs.DoAsync(new MuxOperation("deliver", Hex: open));
        var opened = await theirs.DoAsync(new MuxOperation("open", "y", "held"));
        Assert.Contains(opened.Events, told => told.Name == "open");
        var answer = Assert.Single((await ours.DoAsync(new MuxOperation("deliver", Hex: opened.Frames[0]))).Frames);
        Assert.Equal("000301", answer);
        var closed = await theirs.DoAsync(new MuxOperation("deliver", Hex: answer));
        Assert.Equal(("close", "y"), (Assert.Single(closed.Events).Name, closed.Events[0].Channel));
        Assert.Empty(await theirs.StateAsync());
        Assert.Empty(await ours.StateAsync());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Handler_that_never_settles_holds_back_their_channels_and_not_ours(PartnerSet set)
    {
        await using var partner = await partners.StartAsync(set);
        foreach (var mux in (IScriptedMux[])[await JsScriptedMux.CreateAsync(partner), new OurScriptedMux()])
        {
            await mux.DoAsync(new MuxOperation("stall", "s", "s"));
            await mux.DoAsync(new MuxOperation("echo", "e", "e"));
            await mux.DoAsync(new MuxOperation("deliver", Hex: OpenFrame(1, "s")));
            await mux.DoAsync(new MuxOperation("deliver", Hex: OpenFrame(2, "e")));
            // A batch: one message for the handler that never settles, one to be echoed; then one more to be echoed.
            var batch = await mux.DoAsync(
                new MuxOperation("deliver", Hex: "0000" + "01" + "0200aa" + "0002" + "0200bb")
            );
            var alone = await mux.DoAsync(new MuxOperation("deliver", Hex: "0200cc"));
            Assert.Equal(["s", "e"], batch.Events.Select(told => told.Channel));
            Assert.Equal("cc", Assert.Single(alone.Events).Hex);
            var isOurs = mux is OurScriptedMux;
            Assert.Equal(isOurs ? ["0000" + "02" + "0200bb"] : [], batch.Frames);
            Assert.Equal(isOurs ? ["0200cc"] : [], alone.Frames);
            Assert.Equal(!isOurs, alone.IsCorked);
        }
    }

    private static string OpenFrame(byte id, string protocol) =>
        $"0001{id:x2}{protocol.Length:x2}{Convert.ToHexStringLower(TextEncoding.UTF8.GetBytes(protocol))}00";
}
