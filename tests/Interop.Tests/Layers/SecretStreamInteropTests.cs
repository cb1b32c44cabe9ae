using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.SecretStream;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

public sealed class SecretStreamInteropTests(NodePartners partners)
{
    private const int Bytes = 4 << 20;

    public static TheoryData<PartnerSet, Role, NoisePattern> RolesAndPatterns
    {
        get
        {
            var data = new TheoryData<PartnerSet, Role, NoisePattern>();
            foreach (var row in Roles.Each)
            {
                data.Add(row.Data.Item1, row.Data.Item2, NoisePattern.XX);
                data.Add(row.Data.Item1, row.Data.Item2, NoisePattern.IK);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(RolesAndPatterns))]
    public async Task Handshake_over_tcp_agrees_and_messages_echo(PartnerSet set, Role role, NoisePattern pattern)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await TcpLink.OpenAsync(loop, partner, role, pattern, StreamMode.Echo);
        using var ours = await link.StartAsync();
        Assert.True(await link.Ours.Opened.WaitAsync(JsPartner.DefaultDeadline));
        var told = await link.Theirs.OpenedAsync();
        Assert.Equal(link.Ours.PublicKey.ToHex(), told.Text("remotePublicKey"));
        Assert.Equal(TcpLink.TheirKey, link.Ours.RemotePublicKey);
        Assert.Equal(
            await loop.RunAsync(() => Convert.ToHexStringLower(link.Ours.HandshakeHash)),
            told.Text("handshakeHash")
        );

        await ours.WriteAsync(Bytes, seed: 9, chunk: 7_777);
        var echoed = await ours.WaitAsync(Bytes);
        Assert.Equal(Pattern.HashOf(9, Bytes), echoed.Sha256);
        Assert.Equal((Bytes + 7_776) / 7_777, echoed.Messages);
        await ours.EndAsync();
        Assert.Null(await ours.ClosedAsync());
        Assert.Null(await link.Theirs.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(RolesAndPatterns))]
    public async Task Session_cut_at_every_byte_echoes_and_ends_half_open(
        PartnerSet set,
        Role role,
        NoisePattern pattern
    )
    {
        const int SmallBytes = 20_000;
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await TcpLink.OpenAsync(
            loop,
            partner,
            role,
            pattern,
            StreamMode.Hash,
            isCutAtEveryByte: true
        );
        using var ours = await link.StartAsync();
        await ours.WriteAsync(SmallBytes, seed: 4, chunk: 333);
        await ours.EndAsync();
        // Our direction has ended; theirs goes on.
        Assert.Equal(Pattern.HashOf(4, SmallBytes), (await link.Theirs.WaitAsync(SmallBytes)).Sha256);
        await link.Theirs.ExpectAsync("end");
        await link.Theirs.WriteAsync(SmallBytes, seed: 5, chunk: 777);
        Assert.Equal(Pattern.HashOf(5, SmallBytes), (await ours.WaitAsync(SmallBytes)).Sha256);
        await link.Theirs.EndAsync();
        Assert.Null(await ours.ClosedAsync());
        Assert.Null(await link.Theirs.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Empty_and_longest_messages_keep_their_bounds(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await TcpLink.OpenAsync(loop, partner, role, theirMode: StreamMode.Echo);
        using var ours = await link.StartAsync(StreamMode.Data);
        var longest = Pattern.Make(3, NoiseSecretStreamOptions.WireMaxMessageBytes);
        await ours.WriteAsync([]);
        await ours.WriteAsync(longest);
        await ours.WriteAsync([1]);
        Assert.Empty(await ours.ReceiveAsync());
        Assert.True((await ours.ReceiveAsync()).AsSpan().SequenceEqual(longest));
        Assert.Equal([1], await ours.ReceiveAsync());
    }

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Keep_alives_stay_below(PartnerSet set, Role role)
    {
        var period = TimeSpan.FromMilliseconds(50);
        var options = new NoiseSecretStreamOptions { KeepAlive = period, ReadTimeout = period * 40 };
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await TcpLink.OpenAsync(
            loop,
            partner,
            role,
            theirMode: StreamMode.Data,
            options: options,
            theirKeepAlive: period
        );
        using var ours = await link.StartAsync(StreamMode.Data);
        await link.Theirs.OpenedAsync();
        // Longer than our read timeout: only the partner's keep-alives hold the stream.
        await Assert.ThrowsAsync<TimeoutException>(() => ours.ClosedAsync(period * 60));
        await link.Theirs.WriteAsync([7]);
        Assert.Equal([7], await ours.ReceiveAsync());
        await ours.WriteAsync([8]);
        Assert.Equal([8], (await link.Theirs.ExpectAsync("data")).Bytes("hex"));
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Handshake_with_another_key_than_expected_fails_on_both_sides(PartnerSet set)
    {
        using var stranger = Keys.Of(Seeds.C);
        var options = new NoiseSecretStreamOptions { RemotePublicKey = stranger.PublicKey };
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await TcpLink.OpenAsync(loop, partner, Role.WeDial, NoisePattern.IK, options: options);
        using var ours = await link.StartAsync();
        Assert.False(await link.Ours.Opened.WaitAsync(JsPartner.DefaultDeadline));
        await link.Theirs.ClosedAsync();
        await ours.ClosedAsync();
    }

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Stream_over_udx_carries_messages_and_unordered_ones(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await UdxLink.OpenAsync(loop, partner, role, StreamMode.None);
        using var keyPair = Keys.Of(Seeds.A);
        var isInitiator = role == Role.WeDial;
        var theirs = await link.Theirs.WrapAsync(!isInitiator, Seeds.B, mode: StreamMode.Echo);
        var secret = await loop.RunAsync(() => new NoiseSecretStream(link.Ours, isInitiator, keyPair));
        var unordered = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        secret.OnUnordered = message => unordered.TrySetResult(message.ToArray());
        using var ours = await loop.RunAsync(() => new OurMessageStream(secret));

        await ours.WriteAsync(Bytes, seed: 6);
        Assert.Equal(Pattern.HashOf(6, Bytes), (await ours.WaitAsync(Bytes)).Sha256);
        Assert.True(await loop.RunAsync(() => secret.TrySendUnordered([1, 2])));
        Assert.Equal([1, 2], (await theirs.ExpectAsync("message")).Bytes("hex"));
        await theirs.SendAsync([3, 4, 5]);
        Assert.Equal([3, 4, 5], await unordered.Task.WaitAsync(JsPartner.DefaultDeadline));

        await ours.EndAsync();
        Assert.Null(await ours.ClosedAsync());
        Assert.Null(await theirs.ClosedAsync());
    }
}
