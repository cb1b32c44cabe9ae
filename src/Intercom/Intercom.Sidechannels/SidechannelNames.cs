using System.Security.Cryptography;
using Hyper.Encoding;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels;

/// <summary>
/// How a channel's name becomes its swarm topic and its Protomux protocol.
/// Source: Trac-Systems/intercom 964f578, features/sidechannel/index.js.
/// </summary>
public static class SidechannelNames
{
    /// <summary>The channel every peer is on. It can be neither left nor restricted.</summary>
    public const string DefaultEntryChannel = "0000intercom";

    /// <summary>The name as it is used: without the white space around it.</summary>
    public static string Normalize(string? name) => JsConvert.Trim(name ?? "");

    /// <summary>The swarm topic: SHA-256 of <c>sidechannel:</c> and the normalized name.</summary>
    public static Bytes32 ToTopic(string name)
    {
        var text = TextEncoding.UTF8.GetBytes("sidechannel:" + Normalize(name));
        return new Bytes32(SHA256.HashData(text));
    }

    /// <summary>The Protomux protocol; channels have no id within it.</summary>
    public static string ToProtocol(string name) => "sidechannel/" + Normalize(name);
}
