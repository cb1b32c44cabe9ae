using System.Net;
using Interop.Tests.Harness;
using Interop.Tests.Layers;
using Interop.Tests.Ours;
using TestKit;

namespace Interop.Tests.Matrix;

/// <summary>
/// Two nodes with a bad path between them. One is a DHT by itself: it stores, routes and listens; the other, the client, knows it by
/// the path's address only, so that each datagram between the two takes the path.
/// </summary>
internal sealed class PathLab : IAsyncDisposable
{
    private static readonly string OurMuxSeed = Seeds.Of(0x31);
    private static readonly string TheirMuxSeed = Seeds.Of(0x32);

    private readonly OurLoop _loop;
    private readonly JsPartner _partner;
    private readonly Role _role;
    private readonly JsNode _theirs;
    private readonly OurNode _ours;
    private JsServer? _theirServer;
    private OurServer? _ourServer;

    private PathLab(OurLoop loop, JsPartner partner, Role role, UdpForwarder path, JsNode theirs, OurNode ours)
    {
        _loop = loop;
        _partner = partner;
        _role = role;
        Path = path;
        _theirs = theirs;
        _ours = ours;
    }

    /// <summary>The path; its target is the one that is dialled.</summary>
    public UdpForwarder Path { get; }

    /// <summary>Where the client reaches the other.</summary>
    public JsAddress FarSide => AddressOf(Path);

    /// <summary>The one that dials.</summary>
    public IRecordClient Client => _role == Role.WeDial ? _ours : _theirs;

    public static async Task<PathLab> StartAsync(
        NodePartners partners,
        PartnerSet set,
        Role role,
        UdpForwarderOptions options
    )
    {
        var loop = new OurLoop();
        var partner = await partners.StartAsync(set);
        var port = FreePort.Udp();
        var path = await UdpForwarder.StartAsync(new IPEndPoint(IPAddress.Loopback, port), options);
        var far = AddressOf(path);
        // The node that is dialled takes the path's address for its own: its id, and what it tells others, lead onto the path.
        if (role == Role.WeDial)
        {
            var first = await JsNode.StartFirstAsync(partner, port, far.Port);
            return new PathLab(loop, partner, role, path, first, await OurNode.StartAsync(loop, [far]));
        }
        var ours = await OurNode.StartFirstAsync(loop, port, far);
        return new PathLab(loop, partner, role, path, await JsNode.StartAsync(partner, [far]), ours);
    }

    /// <summary>Connects by key over the path.</summary>
    public async Task<(OurConnection Ours, JsStream Theirs)> ConnectAsync()
    {
        if (_role == Role.WeDial)
        {
            _theirServer ??= await _theirs.ListenAsync(Seeds.B);
            var ours = await _ours.ConnectAsync(_theirServer.PublicKey);
            return (ours, (await _theirServer.AcceptAsync()).Stream);
        }
        _ourServer ??= await _ours.ListenAsync(Seeds.A);
        var theirs = await _theirs.ConnectAsync(_ourServer.PublicKey);
        return (await _ourServer.AcceptAsync(), theirs);
    }

    /// <summary>The same with a Protomux at each end.</summary>
    public async Task<MuxLink> ConnectWithMuxAsync()
    {
        if (_role == Role.WeDial)
        {
            var server = await _theirs.ListenAsync(TheirMuxSeed, StreamMode.None);
            var ours = await _ours.ConnectWithMuxAsync(server.PublicKey);
            return new MuxLink(_loop, this, ours, await JsMux.CreateAsync((await server.AcceptAsync()).Stream));
        }
        using var keyPair = Keys.Of(OurMuxSeed);
        var accepted = await _ours.ListenWithMuxAsync(OurMuxSeed);
        var theirs = await _theirs.ConnectAsync(keyPair.PublicKey.ToHex(), StreamMode.None);
        var mux = await JsMux.CreateAsync(theirs);
        var cancellationToken = TestContext.Current.CancellationToken;
        var taken = await accepted
            .ReadAsync(cancellationToken)
            .AsTask()
            .WaitAsync(JsPartner.DefaultDeadline, cancellationToken);
        return new MuxLink(_loop, this, taken, mux);
    }

    /// <summary>Runs <paramref name="work"/> on our loop.</summary>
    public Task RunAsync(Action work) => _loop.RunAsync(work);

    public async ValueTask DisposeAsync()
    {
        await _ours.DisposeAsync();
        await _partner.DisposeAsync();
        await Path.DisposeAsync();
        await _loop.DisposeAsync();
    }

    private static JsAddress AddressOf(UdpForwarder path) =>
        new(path.Address.Address.ToString(), (ushort)path.Address.Port);
}
