using Nat.Tests.Matrix;
using Nat.Tests.Namespaces;
using TestKit.Partners;

[assembly: AssemblyFixture(typeof(NodePartners))]
[assembly: AssemblyFixture(typeof(InternetFactory))]
[assembly: AssemblyFixture(typeof(NatReport))]
