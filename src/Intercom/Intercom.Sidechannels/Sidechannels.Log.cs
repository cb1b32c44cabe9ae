using Hyper.Encoding;
using Microsoft.Extensions.Logging;

namespace Intercom.Sidechannels;

public sealed partial class Sidechannels
{
    private ILogger Logger => _options.Logger;

    private void LogJoined(string channel) => Log.Joined(Logger, channel);

    private void LogJoinDenied(string channel) => Log.JoinDenied(Logger, channel);

    private void LogLeft(string channel) => Log.Left(Logger, channel);

    private void LogOpened(string channel, Bytes32 peer) => Log.Opened(Logger, channel, peer);

    private void LogOpenGivenUp(string channel, Bytes32 peer) => Log.OpenGivenUp(Logger, channel, peer);

    private void LogDropped(string channel, DropReason reason, Bytes32 peer) =>
        Log.Dropped(
            Logger,
            channel,
            DropReasonText.GateOf(reason),
            peer,
            DropReasonText.CauseOf(reason),
            DropReasonText.FixOf(reason)
        );

    private void LogOpenRequested(string target, string via, Bytes32 peer, JoinStatus? join) =>
        Log.OpenRequested(Logger, peer, target, via, join);

    private void LogHandlerFailed(Exception error) => Log.HandlerFailed(Logger, error);

    private void LogPeerFailed(Bytes32 peer, Exception error) => Log.PeerFailed(Logger, peer, error);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Joined channel {Channel}.")]
        public static partial void Joined(ILogger logger, string channel);

        [LoggerMessage(2, LogLevel.Warning, "Channel {Channel} not joined: it needs an invite and there is none.")]
        public static partial void JoinDenied(ILogger logger, string channel);

        [LoggerMessage(3, LogLevel.Information, "Left channel {Channel}.")]
        public static partial void Left(ILogger logger, string channel);

        [LoggerMessage(4, LogLevel.Debug, "Channel {Channel} is open with {Peer}.")]
        public static partial void Opened(ILogger logger, string channel, Bytes32 peer);

        [LoggerMessage(5, LogLevel.Debug, "Channel {Channel}: {Peer} rejects it; waiting for its own open.")]
        public static partial void OpenGivenUp(ILogger logger, string channel, Bytes32 peer);

        [LoggerMessage(
            6,
            LogLevel.Debug,
            "Channel {Channel}: dropped at the gate {Gate}, peer {Peer}: {Cause}. What helps: {Fix}."
        )]
        public static partial void Dropped(
            ILogger logger,
            string channel,
            string gate,
            Bytes32 peer,
            string cause,
            string fix
        );

        [LoggerMessage(7, LogLevel.Information, "{Peer} asks to open channel {Target} (on {Via}); joining: {Join}.")]
        public static partial void OpenRequested(
            ILogger logger,
            Bytes32 peer,
            string target,
            string via,
            JoinStatus? join
        );

        [LoggerMessage(8, LogLevel.Error, "A handler of sidechannel messages failed.")]
        public static partial void HandlerFailed(ILogger logger, Exception error);

        [LoggerMessage(9, LogLevel.Error, "Judging messages of {Peer} failed; the connection is closed.")]
        public static partial void PeerFailed(ILogger logger, Bytes32 peer, Exception error);
    }
}
