using Hyper.Loop;
using Hyper.Udx.Internal;

namespace Hyper.Udx;

/// <summary>Where a stream sends, and from where it takes packets.</summary>
public sealed partial class UdxStream
{
    private StreamPath _path;
    private FormerPaths? _formerPaths;
    private bool _isPathHeard;
    private TaskCompletionSource<bool>? _remoteChange;
    private long _remoteChangeEndsAt;

    private enum Source
    {
        /// <summary>Not the other side, as far as anybody knows.</summary>
        Foreign,

        /// <summary>The remote.</summary>
        Remote,

        /// <summary>Where the remote was before a change, and may still be.</summary>
        FormerRemote,

        /// <summary>Elsewhere, and the firewall takes it.</summary>
        Vouched,
    }

    /// <summary>
    /// Asked about packets that do not come from the remote; without one they are dropped. A packet that it takes does not
    /// move the stream: only <see cref="ChangeRemoteAsync"/> does, which may be called inside the call.
    /// </summary>
    public UdxFirewall? Firewall { get; set; }

    /// <summary>Whether <see cref="Connect"/> was called.</summary>
    public bool IsConnected => _path.IsKnown;

    /// <summary>The socket the stream is connected through, or null before.</summary>
    public UdxSocket? Socket => _path.Socket;

    /// <summary>The other side's id of this stream; 0 before <see cref="Connect"/>.</summary>
    public uint RemoteId => _path.RemoteId;

    /// <summary>The other side's address; empty before <see cref="Connect"/>.</summary>
    public UdpAddress RemoteAddress => _path.Remote;

    /// <summary>Whether anything has come from the present remote; false again after <see cref="ChangeRemoteAsync"/>.</summary>
    public bool IsRemoteHeard => _isPathHeard;

    /// <summary>
    /// Largest payload of one packet, and so of one message, at this moment; 0 before <see cref="Connect"/>. It begins with
    /// 1152 bytes over IPv4 by default, grows as longer packets are seen to pass, and falls back when they no longer do.
    /// </summary>
    public int MaxPayload => _path.IsKnown ? _send.Mtu - PacketOverhead : 0;

    /// <summary>
    /// Sets where the stream sends. What was written before leaves now. May be called inside the firewall callback.
    /// </summary>
    /// <param name="socket">A socket of the same node.</param>
    /// <param name="remoteId">The other side's id of the stream.</param>
    /// <param name="remote">The other side's address; the port is not 0.</param>
    /// <exception cref="InvalidOperationException">The stream is connected or closed.</exception>
    public void Connect(UdxSocket socket, uint remoteId, in UdpAddress remote)
    {
        Loop.VerifyAccess();
        if (_path.IsKnown || !IsOpen)
            throw new InvalidOperationException($"Stream {Id} is {(IsOpen ? "connected" : "closed")} already.");
        SetPath(CheckedPath(socket, remoteId, remote));
        _connectedAt = _node.Clock.Now;
        WatchIdle();
    }

    /// <summary>
    /// Moves a connected stream: from now on it sends there, repeats of earlier packets included, for the old path may be
    /// the reason why they were lost. From the old remote packets are taken until the other side has been heard from the
    /// new one, and for a while after that, since it may repeat there what it sent before it moved.
    /// </summary>
    /// <remarks>
    /// The other side has to take packets from the new place: it is told by other means (HyperDHT punches a hole from
    /// both sides), or its firewall follows. Nothing that arrives moves a stream by itself.
    /// </remarks>
    /// <param name="socket">A socket of the same node, perhaps the present one.</param>
    /// <param name="remoteId">The other side's id of the stream; a relay leg's id differs from the other end's.</param>
    /// <param name="remote">The other side's address; the port is not 0.</param>
    /// <returns>
    /// True once everything sent before has been acknowledged, so that nobody needs the old path any more; at once if
    /// nothing was on its way. False if the stream closes before, or another change takes the place of this one.
    /// </returns>
    /// <exception cref="InvalidOperationException">The stream is not connected.</exception>
    public Task<bool> ChangeRemoteAsync(UdxSocket socket, uint remoteId, in UdpAddress remote)
    {
        Loop.VerifyAccess();
        var path = CheckedPath(socket, remoteId, remote);
        if (!IsOpen)
            return Task.FromResult(false);
        if (!_path.IsKnown)
            throw new InvalidOperationException($"Stream {Id} is not connected; call {nameof(Connect)}.");
        if (path != _path)
        {
            _formerPaths ??= new FormerPaths();
            _formerPaths.Add(_path);
            _formerPaths.Remove(path);
            _isPathHeard = false;
            _send.BeginPath(isOther: !path.IsLike(_path));
            SetPath(path);
        }
        SettleRemoteChange(false);
        if (_send.First == _send.Next)
            return Task.FromResult(true);
        _remoteChangeEndsAt = _send.Next;
        _remoteChange = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _remoteChange.Task;
    }

    private StreamPath CheckedPath(UdxSocket socket, uint remoteId, in UdpAddress remote)
    {
        if (socket.Node != _node)
            throw new ArgumentException("The socket belongs to another node.", nameof(socket));
        if (socket.IsClosed)
            throw new ArgumentException("The socket is closed.", nameof(socket));
        if (remote.Port == 0)
            throw new ArgumentException("Port 0 cannot be sent to.", nameof(remote));
        return new StreamPath(socket, remoteId, remote);
    }

    /// <summary>Bytes of an IP packet on this path that are not payload.</summary>
    internal int PacketOverhead => _path.OverheadBytes;

    private void SetPath(in StreamPath path)
    {
        if (_path.Socket != path.Socket)
        {
            _path.Socket?.Remove(this);
            path.Socket!.Add(this);
        }
        _path = path;
        QueueTurn();
    }

    private void CheckRemoteChange()
    {
        if (_remoteChange is not null && _send.First >= _remoteChangeEndsAt)
            SettleRemoteChange(true);
    }

    private void SettleRemoteChange(bool isDone)
    {
        _remoteChange?.SetResult(isDone);
        _remoteChange = null;
    }

    private Source SourceOf(UdxSocket socket, in UdpAddress from)
    {
        if (socket == _path.Socket && from == _path.Remote)
        {
            if (!_isPathHeard)
                OnPathHeard();
            return Source.Remote;
        }
        if (_formerPaths is { } former && former.IsTaken(socket, from, _node.Clock.Now))
            return Source.FormerRemote;
        return IsOpen && Firewall is { } firewall && firewall(this, socket, from) && IsOpen
            ? Source.Vouched
            : Source.Foreign;
    }

    private void OnPathHeard()
    {
        _isPathHeard = true;
        _formerPaths?.ExpireAt(_node.Clock.Now + PeerPatience);
    }
}
