using Hyper.Dht.Internal.Relaying;
using Hyper.Dht.Messages;

namespace Hyper.Dht.Internal.Serving;

/// <summary>Meeting the client at a relay that either side has named.</summary>
internal sealed partial class ServerHandshake
{
    /// <summary>Our own choice of a relay, which comes before the client's.</summary>
    private RelayThroughInfo? ChooseRelay()
    {
        if (_server.ChooseRelay() is not { } relay)
            return null;
        return new RelayThroughInfo(relay, RelayLeg.CreateToken(Dht.Loop.Random));
    }

    private async Task GoThroughRelayAsync(RelayThroughInfo relay, bool isOurs)
    {
        // A client can name any key; looking for it costs a search, so not everybody may.
        if (!isOurs && !_server.TryBeginRelayDial(Client))
            return;
        _isMeetingAtRelay = true;
        RelayLeg? leg = null;
        try
        {
            leg = await RelayLeg.OpenAsync(Dht, relay, isOurs, _stream!, _end);
        }
        catch (HyperDhtException error)
        {
            _server.Dht.LogRelayFailed(error.Code, error.Reason);
        }
        catch (OperationCanceledException)
        {
            // The client came another way, or not at all.
        }
        finally
        {
            _isMeetingAtRelay = false;
            if (!isOurs)
                _server.EndRelayDial();
        }
        if (leg is null)
            return;
        if (_isOver || IsConnected)
        {
            leg.Dispose();
            return;
        }
        _leg = leg;
        leg.Use(_stream!);
        var secretStream = HandOver(leg.Socket, leg.RemoteId, leg.Address);
        secretStream.Closed += (_, _) => OnRelayedClosed(leg);
        _timer.Arm(HandshakeTiming.RelayedPunch);
    }

    private void OnRelayedClosed(RelayLeg leg)
    {
        leg.Dispose();
        End();
    }
}
