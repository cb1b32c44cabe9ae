using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal;

namespace Intercom.Sidechannels.Tests;

public sealed class SeenIdsTests
{
    private readonly SeenBudget _budget = new(new SidechannelOptions { MaxSeenIds = 3 });
    private readonly SeenIds _seen;

    public SeenIdsTests() => _seen = new SeenIds(_budget, TimeSpan.FromSeconds(120));

    [Fact]
    public void TryAdd_unverified_first_does_not_make_the_verified_one_a_duplicate()
    {
        Assert.True(Add("a", sender: null));
        Assert.True(Add("a", sender: "k1"));
        Assert.False(Add("a", sender: "k1"));
    }

    [Fact]
    public void TryAdd_unverified_after_verified_is_a_duplicate()
    {
        Assert.True(Add("a", sender: "k1"));
        Assert.False(Add("a", sender: null));
    }

    [Fact]
    public void TryAdd_same_id_of_two_verified_senders_counts_for_each()
    {
        Assert.True(Add("a", "k1"));
        Assert.True(Add("a", "k2"));
        Assert.False(Add("a", "k1"));
        Assert.False(Add("a", "k2"));
    }

    [Fact]
    public void TryAdd_beyond_the_number_forgets_the_oldest_only()
    {
        foreach (var id in (string[])["a", "b", "c", "d"])
            Assert.True(Add(id, "k1"));
        Assert.Equal(3, _seen.Count);
        Assert.False(Add("b", "k1"));
        Assert.True(Add("a", "k1"));
    }

    [Fact]
    public void TryAdd_forgotten_entry_of_one_sender_leaves_the_id_of_the_other()
    {
        Add("a", "k1");
        Add("a", "k2");
        Add("b", "k1");
        Add("c", "k1");
        Assert.False(Add("a", sender: null));
    }

    [Fact]
    public void TryAdd_after_the_lifetime_forgets_when_another_id_arrives()
    {
        Assert.True(Add("a", "k1", seconds: 0));
        Assert.False(Add("a", "k1", seconds: 121));
        Assert.True(Add("b", "k1", seconds: 121));
        Assert.True(Add("a", "k1", seconds: 121));
    }

    [Fact]
    public void TryAdd_long_ids_are_told_apart_by_their_end()
    {
        var start = new string('x', 100_000);
        Assert.True(Add(start + "1", null));
        Assert.True(Add(start + "2", null));
        Assert.False(Add(start + "1", null));
    }

    [Fact]
    public void Sweep_forgets_what_is_very_old_although_nothing_has_followed()
    {
        Assert.True(Add("a", "k1"));
        _seen.Sweep(TimeSpan.FromSeconds(1199));
        Assert.False(Add("a", "k1", seconds: 1199));
        _seen.Sweep(TimeSpan.FromSeconds(1201));
        Assert.Equal(0, _seen.Count);
    }

    [Fact]
    public void Budget_is_shared_among_many_channels_and_taken_back_in_the_sweep()
    {
        var budget = new SeenBudget(SidechannelOptions.Default);
        var seen = new SeenIds(budget, TimeSpan.FromSeconds(120));
        budget.Share(10);
        Assert.Equal(5000, budget.IdsPerChannel);
        for (var i = 0; i < 6000; i++)
            seen.TryAdd(new JsObject { ["id"] = $"{i}" }, "c1", "k1", TimeSpan.Zero);
        Assert.Equal(5000, seen.Count);
        budget.Share(1024);
        seen.Sweep(TimeSpan.Zero);
        Assert.Equal(256, seen.Count);
        budget.Share(1_000_000);
        Assert.Equal(64, budget.IdsPerChannel);
    }

    private bool Add(string id, string? sender, double seconds = 0) =>
        _seen.TryAdd(new JsObject { ["id"] = id }, "c1", sender, TimeSpan.FromSeconds(seconds));
}
