namespace Hyper.Bee.Tests;

/// <summary>The same operations leave the same blocks as in JavaScript.</summary>
public sealed class WriteVectorTests
{
    public static TheoryData<string> Sequences() =>
        [.. Vectors.All("ops/").Concat(Vectors.All("random-")).Select(vector => vector.GetProperty("id").GetString()!)];

    [Theory]
    [MemberData(nameof(Sequences))]
    public void Sequence_of_operations_writes_the_recorded_blocks(string id) =>
        InWorld.Run(async core =>
        {
            var vector = Vectors.One(id);
            await using var bee = new Hyperbee(core);
            await Vectors.ApplyAsync(bee, vector.Input().GetProperty("ops"));
            await Vectors.CheckBlocksAsync(core, vector.Expected());
            if (!vector.Expected().TryGetProperty("final_entries", out var final))
                return;
            var entries = new List<(ulong, string?, string?)?>();
            await foreach (var entry in bee.GetRangeAsync(BeeRange.All))
                entries.Add(Vectors.Entry(entry));
            Assert.Equal(final.EnumerateArray().Select(Vectors.Entry), entries);
        });

    [Fact]
    public void Equal_value_is_not_written_again_without_AlwaysDuplicate() =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core, new HyperbeeOptions { AlwaysDuplicate = false });
            Assert.True(await bee.PutAsync(Vectors.Bytes("a"), Vectors.Bytes("1")));
            Assert.False(await bee.PutAsync(Vectors.Bytes("a"), Vectors.Bytes("1")));
            Assert.True(await bee.PutAsync(Vectors.Bytes("a"), Vectors.Bytes("2")));
            await Vectors.CheckBlocksAsync(core, Vectors.One("opt/alwaysDuplicate-false").Expected());
        });

    [Fact]
    public void Header_says_the_metadata_that_was_given() =>
        InWorld.Run(async core =>
        {
            var header = new BeeHeader { HasMetadata = true, UserData = Vectors.Bytes("meta") };
            await using var bee = new Hyperbee(core, new HyperbeeOptions { Header = header });
            Assert.Null(await bee.GetHeaderAsync());
            await bee.PutAsync(Vectors.Bytes("a"), Vectors.Bytes("1"));
            await Vectors.CheckBlocksAsync(core, Vectors.One("opt/header-metadata").Expected());
            Assert.Equal("meta", Vectors.Text((await bee.GetHeaderAsync())!.UserData));
        });

    [Fact]
    public void Binary_keys_and_absent_values_are_written_as_recorded() =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core);
            await bee.PutAsync(new byte[] { 0, 0xff, 0x10 }, Vectors.Bytes("""{"x":1,"y":[1,2]}"""));
            await bee.PutAsync(new byte[] { 0 }, null);
            await bee.PutAsync(new byte[] { 0, 0 }, Vectors.Bytes("\"str\""));
            await Vectors.CheckBlocksAsync(core, Vectors.One("opt/binary-json").Expected());
        });

    [Fact]
    public void Sub_databases_write_keys_with_their_prefix() =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core);
            await bee.PutAsync(Vectors.Bytes("root"), Vectors.Bytes("0"));
            var users = bee.Sub("users");
            await users.PutAsync(Vectors.Bytes("alice"), Vectors.Bytes("1"));
            await users.PutAsync(Vectors.Bytes("bob"), Vectors.Bytes("2"));
            var deep = users.Sub("x");
            await deep.PutAsync(Vectors.Bytes("deep"), Vectors.Bytes("3"));
            await Vectors.CheckBlocksAsync(core, Vectors.One("sub/basic").Expected().GetProperty("dump"));
            Assert.Equal((2UL, "alice", "1"), Vectors.Entry(await users.GetAsync(Vectors.Bytes("alice"))));
            Assert.Equal((4UL, "x\0deep", "3"), Vectors.Entry(await users.GetBySeqAsync(4)));
            Assert.Null(await deep.GetBySeqAsync(2));
            await using var batch = users.CreateBatch();
            await batch.PutAsync(Vectors.Bytes("alice"), Vectors.Bytes("9"));
            await batch.FlushAsync();
            await Vectors.CheckBlocksAsync(core, Vectors.One("sub/batch-with-keyEncoding").Expected());
        });

    [Fact]
    public void Compare_and_swap_is_asked_only_about_keys_that_exist() =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core);
            var calls = new List<((ulong, string?, string?)?, (ulong, string?, string?)?)>();
            BeeCompareAndSwap Answer(bool yes) =>
                (current, next) =>
                {
                    calls.Add((Vectors.Entry(current), Vectors.Entry(next)));
                    return ValueTask.FromResult(yes);
                };
            Assert.True(await bee.PutAsync(Vectors.Bytes("a"), Vectors.Bytes("1"), Answer(false)));
            Assert.False(await bee.PutAsync(Vectors.Bytes("a"), Vectors.Bytes("1"), Answer(false)));
            Assert.True(await bee.PutAsync(Vectors.Bytes("a"), Vectors.Bytes("2"), Answer(true)));
            Assert.False(await bee.DeleteAsync(Vectors.Bytes("a"), Answer(false)));
            Assert.True(await bee.DeleteAsync(Vectors.Bytes("a"), Answer(true)));
            Assert.False(await bee.DeleteAsync(Vectors.Bytes("a"), Answer(true)));
            var expected = Vectors.One("cas").Expected();
            await Vectors.CheckBlocksAsync(core, expected.GetProperty("dump"));
            Assert.Equal(
                expected
                    .GetProperty("calls")
                    .EnumerateArray()
                    .Select(call => (Vectors.Entry(call[0]), Vectors.Entry(call[1]))),
                calls
            );
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Refused_write_in_a_batch_marks_what_the_next_one_writes(bool isAsked) =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core);
            for (var i = 0; i < 20; i++)
                await bee.PutAsync(Vectors.Bytes($"k{i:000}"), Vectors.Bytes($"v{i}"));
            await using var batch = bee.CreateBatch();
            await batch.PutAsync(Vectors.Bytes("k0005x"), Vectors.Bytes("first"));
            if (isAsked)
            {
                Assert.False(
                    await batch.PutAsync(
                        Vectors.Bytes("k001"),
                        Vectors.Bytes("zzz"),
                        (_, _) => ValueTask.FromResult(false)
                    )
                );
            }
            await batch.PutAsync(Vectors.Bytes("k019x"), Vectors.Bytes("second"));
            await batch.FlushAsync();
            var id = isAsked ? "quirk/batch-cas-refused-true" : "quirk/batch-cas-refused-false";
            await Vectors.CheckBlocksAsync(core, Vectors.One(id).Expected());
        });
}
