using Interop.Tests.Harness;
using Interop.Tests.Layers;

namespace Interop.Tests.Sessions;

/// <summary>Our store, a partner's, and the connection between them, which comes and goes.</summary>
internal sealed class SidePair : IAsyncDisposable
{
    private readonly JsPartner _partner;
    private readonly OurSide _ours;
    private readonly JsSide _theirs;
    private readonly Role _role;
    private readonly List<string> _lost = [];
    private (TcpLink Link, Task<string?> Closed)? _connection;

    private SidePair(JsPartner partner, OurSide ours, JsSide theirs, Role role) =>
        (_partner, _ours, _theirs, _role) = (partner, ours, theirs, role);

    public ISide Ours => _ours;

    public ISide Theirs => _theirs;

    /// <summary>Why the partner ended connections because it cut a core: it does, now and then.</summary>
    public IReadOnlyList<string> Lost => _lost;

    public bool IsConnected => _connection is { Closed.IsCompleted: false };

    public static async Task<SidePair> OpenAsync(NodePartners partners, PartnerSet set, Role role, string folder)
    {
        var partner = await partners.StartAsync(set);
        return new SidePair(partner, await OurSide.OpenAsync(), await JsSide.OpenAsync(partner, folder), role);
    }

    /// <summary>Connects the ends if they are not.</summary>
    public async Task ConnectAsync()
    {
        if (IsConnected)
            return;
        await CutAsync();
        var link = await CoreLink.ConnectAsync(_ours.Loop, _ours.Names, _theirs.Store, _role);
        _theirs.ForgetCuts();
        _connection = (link, ErrorAsync(link.Theirs));
    }

    /// <summary>Ends the connection, whatever is on its way. One that ended by itself has to have done so for a cut.</summary>
    public async Task CutAsync()
    {
        if (_connection is not { } connection)
            return;
        _connection = null;
        var isOver = connection.Closed.IsCompleted;
        await connection.Link.DisposeAsync();
        if (!isOver)
            return;
        var error = await connection.Closed;
        Assert.True(_theirs.EndedForCut(error), $"A connection ended by itself, not for being {_theirs.Cuts}: {error}");
        _lost.Add(error!);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.Link.DisposeAsync();
        await _ours.DisposeAsync();
        await _theirs.DisposeAsync();
        await _partner.DisposeAsync();
    }

    /// <summary>The error with which the partner's end closes.</summary>
    private static async Task<string?> ErrorAsync(JsStream stream)
    {
        await foreach (
            var closed in stream.Partner.EventsAsync(stream.Handle, "close", TestContext.Current.CancellationToken)
        )
            return closed.Text("message");
        return "the partner ended";
    }
}
