namespace Interop.Tests.Harness;

/// <summary>A UDP address as partners write it.</summary>
public sealed record JsAddress(string Host, ushort Port);
