using System.Runtime.ExceptionServices;
using Hyper.Loop;
using Hyper.Mux.Internal;

namespace Hyper.Mux;

/// <summary>
/// Many channels on one message stream, wire compatible with protomux 3.10.1 and 3.12.1 (docs/protocol/protomux.md).
/// </summary>
/// <remarks>
/// <para>Belongs to the stream's loop and is the stream's only reader. It owns three tables: our ids (a slot each, in use,
/// dead or free), the other side's ids, and the groups in which opens of both sides are matched by protocol and id. The
/// n-th open of a key on one side belongs to the n-th on the other, and each open gets exactly one answer, an open or a
/// reject; an own channel closed before its answer leaves a dead slot that takes it.</para>
/// <para>Handlers run inside the delivery of a frame. Whatever they send while a batch of several items is handled leaves
/// as one batch when the last item is done; no wait of a handler ever holds replies back. What a handler sends later, after
/// an await, is gathered by <see cref="CorkTurn"/>.</para>
/// <para>A frame that breaks the protocol destroys the stream with a <see cref="ProtomuxException"/>. Once destroyed, by
/// either side, nothing is handled any more; when the stream tells its close, every channel gets its own.</para>
/// </remarks>
public sealed partial class Protomux : IMessageDuplexHandler, ITurnEndItem
{
    /// <summary>Longest message or handshake: what one secret-stream frame holds, less the headers.</summary>
    public const int MaxMessageBytes = (16 * 1024 * 1024) - (16 * 1024);

    /// <summary>Longest protocol name, in UTF-8. An open with a longer one is rejected.</summary>
    public const int MaxProtocolBytes = 4096;

    /// <summary>Longest channel id. An open with a longer one is rejected.</summary>
    public const int MaxIdBytes = 4096;

    private readonly ProtomuxOptions _options;
    private readonly FrameWriter _writer;
    private bool _isDestroyed;
    private bool _isTurnCorked;

    /// <summary>
    /// Begins to read <paramref name="stream"/>; nobody else may have started it. Called on its loop. Becomes the stream's
    /// user data where that is free, for <see cref="From"/>.
    /// </summary>
    public Protomux(IMessageDuplex stream, ProtomuxOptions? options = null)
    {
        stream.Loop.VerifyAccess();
        Stream = stream;
        _options = options ?? ProtomuxOptions.Default;
        _writer = new FrameWriter(stream);
        _pairTimer = stream.Loop.Time.CreateTimer(static state => ((Protomux)state!).ExpirePairings(), this);
        stream.UserData ??= this;
        stream.Start(this);
    }

    /// <summary>Raised once after the stream closed and every channel got its close. The error is the stream's.</summary>
    public event Action<Protomux, Exception?>? Closed;

    /// <summary>
    /// The one mux of a stream: the one that is there, or a new one. By it several protocols that know nothing of each
    /// other share a connection.
    /// </summary>
    /// <param name="stream">A stream that has a mux already, or that nobody has started.</param>
    /// <param name="options">Used when a new one is made.</param>
    public static Protomux From(IMessageDuplex stream, ProtomuxOptions? options = null) =>
        stream.UserData as Protomux ?? new Protomux(stream, options);

    /// <summary>The stream below.</summary>
    public IMessageDuplex Stream { get; }

    /// <summary>False while the stream asks to wait for <see cref="IMuxChannelHandler.OnDrain"/>.</summary>
    public bool Drained => _writer.Drained;

    /// <summary>Whether the stream was destroyed from here or is closed.</summary>
    public bool IsDestroyed => _isDestroyed;

    /// <summary>
    /// Gathers what is sent from now on until the matching <see cref="Uncork"/>; calls nest. The outermost uncork sends
    /// one batch, or several of at most 8 MiB.
    /// </summary>
    public void Cork()
    {
        Stream.Loop.VerifyAccess();
        _writer.Cork();
    }

    /// <summary>Ends a <see cref="Cork"/>.</summary>
    /// <exception cref="InvalidOperationException">There was none.</exception>
    public void Uncork()
    {
        Stream.Loop.VerifyAccess();
        _writer.Uncork();
    }

    /// <summary>
    /// Gathers what is sent until the end of this turn of the loop, in batches of about 64 KiB. For answers that come one
    /// by one after an await; calling it again in the same turn does nothing, and there is nothing to match it.
    /// </summary>
    public void CorkTurn()
    {
        Stream.Loop.VerifyAccess();
        if (_isTurnCorked || _isDestroyed)
            return;
        _isTurnCorked = true;
        _writer.CorkTurn();
        Stream.Loop.AtTurnEnd(this);
    }

    /// <summary>Destroys the stream, and with it every channel. What is corked is dropped.</summary>
    public void Destroy(Exception? error = null)
    {
        Stream.Loop.VerifyAccess();
        if (_isDestroyed)
            return;
        _isDestroyed = true;
        _writer.Close();
        Stream.Destroy(error);
    }

    void ITurnEndItem.OnTurnEnd()
    {
        _isTurnCorked = false;
        _writer.UncorkTurn();
    }

    void IMessageDuplexHandler.OnEnd() => Stream.End();

    void IMessageDuplexHandler.OnDrain()
    {
        _writer.Drained = true;
        _unreadRejects = 0;
        (_waiting, _draining) = (_draining, _waiting);
        try
        {
            foreach (var channel in _draining)
            {
                channel.IsWaiting = false;
                if (!_isDestroyed && channel.State is (MuxChannelState.Opening or MuxChannelState.Open))
                    channel.NotifyDrain();
            }
        }
        catch (Exception error)
        {
            // The fault of a handler, for the loop to hear of. Some channels were told and some were not.
            Destroy(error);
            throw;
        }
        finally
        {
            _draining.Clear();
        }
    }

    void IMessageDuplexHandler.OnClose(Exception? error)
    {
        _isDestroyed = true;
        _writer.Close();
        ExceptionDispatchInfo? fault = null;
        for (var i = 0; i < _local.Count; i++)
        {
            if (_local[i].Channel is not { } channel)
                continue;
            try
            {
                FinishChannel(channel, remote: true);
            }
            catch (Exception failure)
            {
                // The fault of a handler, for the loop to hear of when all the others were told.
                fault ??= ExceptionDispatchInfo.Capture(failure);
            }
        }
        DropRemoteOpens();
        Closed?.Invoke(this, error);
        fault?.Throw();
    }

    private void Fail(string code, string text)
    {
        if (_isDestroyed)
            return;
        LogProtocolError(_options.Logger, code, text);
        MuxMetrics.ProtocolErrors.Add(1);
        Destroy(new ProtomuxException(code, text));
    }
}
