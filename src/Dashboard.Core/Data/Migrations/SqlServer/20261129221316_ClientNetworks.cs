using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class ClientNetworks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Network",
                table: "OAuthDeviceCodes",
                type: "varchar(64)",
                unicode: false,
                maxLength: 64,
                nullable: true,
                collation: "Latin1_General_100_BIN2_UTF8");

            migrationBuilder.AddColumn<string>(
                name: "Network",
                table: "OAuthClients",
                type: "varchar(64)",
                unicode: false,
                maxLength: 64,
                nullable: true,
                collation: "Latin1_General_100_BIN2_UTF8");

            migrationBuilder.AddColumn<long>(
                name: "RequestedAt",
                table: "OAuthClients",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_OAuthDeviceCodes_Network",
                table: "OAuthDeviceCodes",
                column: "Network");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_OAuthDeviceCodes_Network",
                table: "OAuthDeviceCodes");

            migrationBuilder.DropColumn(
                name: "Network",
                table: "OAuthDeviceCodes");

            migrationBuilder.DropColumn(
                name: "Network",
                table: "OAuthClients");

            migrationBuilder.DropColumn(
                name: "RequestedAt",
                table: "OAuthClients");
        }
    }
}
