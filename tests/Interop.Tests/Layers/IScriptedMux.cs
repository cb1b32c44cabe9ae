namespace Interop.Tests.Layers;

/// <summary>A mux whose frames come and go one by one, as a test says. One is ours, one is the partner's.</summary>
internal interface IScriptedMux
{
    /// <summary>First letter of the names of its channels.</summary>
    string Prefix { get; }

    /// <summary>Does one thing and waits until nothing more comes of it.</summary>
    Task<MuxOutcome> DoAsync(MuxOperation operation);

    /// <summary>Its channels that are opening or open.</summary>
    Task<MuxChannelInfo[]> StateAsync();
}
