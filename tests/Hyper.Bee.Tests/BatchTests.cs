using Hyper.Core;
using Hyper.Encoding.Json;
using Hyper.Loop;

namespace Hyper.Bee.Tests;

public sealed class BatchTests
{
    [Fact]
    public void Write_to_the_bee_of_someone_else_says_why_it_cannot_be() =>
        InWorld.Run(
            async (EventLoop loop) =>
            {
                await using var pair = await BeePair.OpenAsync(loop, entries: 3);
                await using var bee = new Hyperbee(pair.Copy.OpenSession());
                var error = await Assert.ThrowsAsync<HypercoreException>(() => bee.PutAsync(Key("a"), Key("mine")));
                Assert.Equal(HypercoreErrorCode.SessionNotWritable, error.Code);
                Assert.Contains("the secret key of core", error.Message, StringComparison.Ordinal);
            }
        );

    [Fact]
    public void Batch_sees_its_own_changes_and_others_do_not() =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core);
            await bee.PutAsync(Key("a"), Key("1"));
            await using var batch = bee.CreateBatch();
            for (var i = 0; i < 40; i++)
                await batch.PutAsync(Key($"k{i:00}"), Key("v"));
            await batch.DeleteAsync(Key("a"));
            Assert.Null(await batch.GetAsync(Key("a")));
            Assert.NotNull(await bee.GetAsync(Key("a")));
            var keys = new List<string?>();
            await foreach (var entry in batch.GetRangeAsync(new BeeRange { Gt = Key("k36"), Reverse = true }))
                keys.Add(Vectors.Text(entry.Key));
            Assert.Equal(["k39", "k38", "k37"], keys);
            Assert.Equal((41, 43UL, 2UL), (batch.Count, batch.Version, bee.Version));
            await batch.FlushAsync();
            Assert.Equal(43UL, bee.Version);
            Assert.Null(await bee.GetAsync(Key("a")));
        });

    [Fact]
    public void Change_during_a_range_of_a_batch_ends_it() =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core);
            await using var batch = bee.CreateBatch();
            await batch.PutAsync(Key("a"), null);
            await batch.PutAsync(Key("b"), null);
            var error = await Assert.ThrowsAsync<HyperbeeException>(async () =>
            {
                await foreach (var _ in batch.GetRangeAsync())
                    await batch.PutAsync(Key("c"), null);
            });
            Assert.Equal(HyperbeeErrorCode.InvalidOperation, error.Code);
        });

    [Fact]
    public void Other_writes_wait_for_a_batch_and_a_dropped_batch_writes_nothing() =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core);
            var batch = bee.CreateBatch();
            await batch.PutAsync(Key("a"), Key("1"));
            var put = bee.PutAsync(Key("b"), Key("2"));
            using var cancel = new CancellationTokenSource();
            var cancelled = bee.PutAsync(Key("c"), Key("3"), null, cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
            Assert.False(put.IsCompleted);
            await batch.DisposeAsync();
            Assert.True(await put);
            Assert.Null(await bee.GetAsync(Key("a")));
            Assert.Null(await bee.GetAsync(Key("c")));
            Assert.Equal(2UL, bee.Version);
            await Assert.ThrowsAsync<HyperbeeException>(() => batch.PutAsync(Key("a"), null).AsTask());
        });

    [Fact]
    public void Append_past_the_bee_is_noticed_and_nothing_is_written() =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core);
            await using var batch = bee.CreateBatch();
            await batch.PutAsync(Key("a"), Key("1"));
            await core.AppendAsync(Key("foreign"));
            var error = await Assert.ThrowsAsync<HyperbeeException>(() => batch.FlushAsync());
            Assert.Equal((HyperbeeErrorCode.InvalidOperation, 2UL), (error.Code, core.Length));
        });

    [Fact]
    public void Read_only_bees_and_checkouts_refuse_writes() =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core, new HyperbeeOptions { IsReadOnly = true });
            await Assert.ThrowsAsync<HyperbeeException>(() => bee.PutAsync(Key("a"), null));
            await using var past = await bee.CheckoutAsync(1);
            Assert.Throws<HyperbeeException>(past.CreateBatch);
            Assert.Equal(0UL, core.Length);
        });

    [Fact]
    public void Typed_view_writes_and_reads_as_the_encodings_of_JavaScript() =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core);
            var typed = new Hyperbee<string, JsValue>(bee, BeeEncodings.Utf8, BeeEncodings.Json);
            Assert.True(JsJson.TryParse("""{"x":1,"y":[1,2]}"""u8, out var value));
            await typed.PutAsync("é", value);
            Assert.Equal("""{"x":1,"y":[1,2]}""", Vectors.Text((await bee.GetAsync(Key("é")))!.Value.Value));
            Assert.Equal(value.ToString(), (await typed.GetAsync("é"))!.Value.Value!.ToString());
            await bee.PutAsync(Key("broken"), Key("{"));
            var error = await Assert.ThrowsAsync<HyperbeeException>(() => typed.GetAsync("broken").AsTask());
            Assert.Equal(HyperbeeErrorCode.DecodingError, error.Code);
            await bee.PutAsync(Key("none"), null);
            Assert.False((await typed.GetAsync("none"))!.Value.HasValue);
            // 'é' is one byte e9 in ASCII as Node writes it, and comes back without its eighth bit.
            Assert.Equal([0xe9], BeeEncodings.Ascii.Encode("é").ToArray());
            Assert.True(BeeEncodings.Ascii.TryDecode(new byte[] { 0xe9 }, out var text));
            Assert.Equal("i", text);
        });

    private static byte[] Key(string text) => Vectors.Bytes(text);
}
