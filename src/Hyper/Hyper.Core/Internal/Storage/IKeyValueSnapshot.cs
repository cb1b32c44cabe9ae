namespace Hyper.Core.Internal;

/// <summary>A store as it was.</summary>
internal interface IKeyValueSnapshot : IKeyValueReader, IDisposable;
