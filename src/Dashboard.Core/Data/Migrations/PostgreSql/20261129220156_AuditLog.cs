using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class AuditLog : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_TargetId_Sequence",
                table: "AuditEntries");

            migrationBuilder.AddColumn<string>(
                name: "Network",
                table: "AuditEntries",
                type: "character varying(64)",
                unicode: false,
                maxLength: 64,
                nullable: true,
                collation: "C");

            // The network of the IPv4 addresses of existing entries. IPv6 cannot be shortened by SQL alone, and those entries stay without one.
            migrationBuilder.Sql(
                "UPDATE \"AuditEntries\" SET \"Network\" = rtrim(\"Address\", '0123456789') || '0/24' WHERE \"Address\" LIKE '%.%.%.%' AND \"Address\" NOT LIKE '%:%'");

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_ActorId_At_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "ActorId", "At", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_At_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "At", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_Category_At_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "Category", "At", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_Network_At_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "Network", "At", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_Succeeded_At_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "Succeeded", "At", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_TargetId_At_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "TargetId", "At", "Sequence" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_ActorId_At_Sequence",
                table: "AuditEntries");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_At_Sequence",
                table: "AuditEntries");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_Category_At_Sequence",
                table: "AuditEntries");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_Network_At_Sequence",
                table: "AuditEntries");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_Succeeded_At_Sequence",
                table: "AuditEntries");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_TargetId_At_Sequence",
                table: "AuditEntries");

            migrationBuilder.DropColumn(
                name: "Network",
                table: "AuditEntries");

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_TargetId_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "TargetId", "Sequence" });
        }
    }
}
