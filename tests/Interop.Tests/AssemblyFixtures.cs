using Interop.Tests.Harness;

[assembly: AssemblyFixture(typeof(NodePartners))]
